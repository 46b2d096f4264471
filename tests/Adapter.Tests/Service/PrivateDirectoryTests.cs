using Bridge.Adapter.Service;

namespace Bridge.Adapter.Tests.Service;

public sealed class PrivateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _parent = Directory.CreateTempSubdirectory("private-").FullName;

    private string Path => System.IO.Path.Combine(_parent, "state");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void A_private_directory_is_created_for_its_owner_alone()
    {
        new PrivateDirectory("stateDirectory", Path).Prepare();

        File.GetUnixFileMode(Path).Should().Be(OwnerOnly);
    }

    [Fact]
    public void The_rights_of_others_are_removed_and_the_files_stay()
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
    public void A_directory_of_the_programs_name_may_hold_files_of_a_service_manager(string name, bool isOwn)
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
    public void A_directory_of_another_user_is_refused_and_not_changed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "giving a directory to another user needs root");
        Directory.CreateDirectory(Path);
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        Sandboxes.Tool.Run("chown", "12345", Path);

        var prepare = () => new PrivateDirectory("stateDirectory", Path).Prepare();

        prepare.Should().Throw<ServiceException>().WithMessage(
            $"{Path} belongs to user 12345, and cnm-cni runs as user 0.*chown -R 0 {Path}*");
        File.GetUnixFileMode(Path).Should().Be((UnixFileMode)0b111_101_101);
    }
}
