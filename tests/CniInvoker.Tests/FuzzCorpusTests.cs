using Bridge.Fuzzing.Targets;

namespace CniInvoker.Tests;

/// <summary>
/// Any input is accepted, or refused with an exception of the library. Fuzzing finds new inputs; these are those
/// that it starts with.
/// </summary>
public sealed class FuzzCorpusTests
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "Corpus");

    public static TheoryData<string, string> Inputs => new(
        FuzzTargets.Names.SelectMany(
            target =>
                Directory.GetFiles(Path.Combine(Corpus, target)).Order(StringComparer.Ordinal).Select(
                    file => (target, Path.GetFileName(file)))));

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Any_input_is_accepted_or_refused(string target, string file) =>
        FluentActions.Invoking(() => FuzzTargets.Create(target).Run(File.ReadAllBytes(Path.Combine(Corpus, target, file))))
            .Should().NotThrow();
}
