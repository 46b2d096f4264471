namespace Bridge.Adapter.Tests;

public sealed class ErrorDescriptionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("words-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Errors_of_the_kernel_have_the_text_of_strerror()
    {
        var file = Path.Combine(_directory, "it's here");
        File.WriteAllText(file, "");

        Of(() => File.ReadAllText(Path.Combine(_directory, "nowhere"))).Should().Be(
            $"{_directory}/nowhere: there is no such file or directory");
        Of(() => File.ReadAllText(Path.Combine(_directory, "no", "where"))).Should().Be(
            $"{_directory}/no/where: there is no such file or directory");
        Of(() => File.ReadAllText(_directory)).Should().Be($"{_directory}: permission denied");
        Of(() => Directory.CreateDirectory(Path.Combine(file, "x"))).Should().StartWith($"{file}/x: ");
        Of(() => File.WriteAllText(Path.Combine(_directory, new string('x', 300)), "")).Should().EndWith(": its name is too long");
        Of(() => File.WriteAllText("/dev/full", "x")).Should().Be("/dev/full: no space left on device");
    }

    [Fact]
    public void Error_texts_of_our_own_stay() =>
        ErrorDescription.OfFile(new IOException("the lock 'x' is held.")).Should().Be("the lock 'x' is held.");

    private static string Of(Action refused) => ErrorDescription.OfFile(refused.Should().Throw<Exception>().Which);
}
