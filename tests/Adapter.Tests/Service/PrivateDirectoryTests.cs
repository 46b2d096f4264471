using Bridge.Adapter.Service;

namespace Bridge.Adapter.Tests.Service;

public sealed class PrivateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _parent = Directory.CreateTempSubdirectory("private-").FullName;

    private string Path => System.IO.Path.Combine(_parent, "state");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void It_is_made_for_nobody_else()
    {
        new PrivateDirectory("stateDirectory", Path).Prepare();

        File.GetUnixFileMode(Path).Should().Be(OwnerOnly);
    }

    [Fact]
    public void The_rights_that_others_have_in_it_are_taken_from_them_and_its_files_stay()
    {
        Directory.CreateDirectory(Path);
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_111_111);
        File.WriteAllText(System.IO.Path.Combine(Path, "lock"), "kept");

        new PrivateDirectory("stateDirectory", Path).Prepare();

        File.GetUnixFileMode(Path).Should().Be(OwnerOnly);
        File.ReadAllText(System.IO.Path.Combine(Path, "lock")).Should().Be("kept");
    }

    [Theory]
    [InlineData("cnm-cni", true)]
    [InlineData("others", false)]
    public void What_a_service_manager_keeps_in_it_is_no_reason_to_refuse_one_of_the_programs_name(string name, bool isOwn)
    {
        var path = System.IO.Path.Combine(_parent, name);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        File.WriteAllText(System.IO.Path.Combine(path, "daemon.pid"), "1");

        var prepare = () => new PrivateDirectory("runDirectory", path).Prepare();

        if (isOwn)
            prepare.Should().NotThrow();
        else
            prepare.Should().Throw<ServiceException>().WithMessage("*daemon.pid*");

        File.GetUnixFileMode(path).Should().Be(isOwn ? OwnerOnly : (UnixFileMode)0b111_101_101);
    }

    [Fact]
    public void That_of_another_user_is_refused_and_left_as_it_is()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "giving a directory to another user needs root");
        Directory.CreateDirectory(Path);
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        Sandboxes.Tool.Run("chown", "12345", Path);

        var prepare = () => new PrivateDirectory("stateDirectory", Path).Prepare();

        prepare.Should().Throw<ServiceException>().WithMessage($"{Path} belongs to user 12345, and cnm-cni runs as user 0.*chown -R 0 {Path}*");
        File.GetUnixFileMode(Path).Should().Be((UnixFileMode)0b111_101_101);
    }
}
