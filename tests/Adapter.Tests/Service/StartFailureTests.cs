using System.Diagnostics;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Service;

/// <summary>A daemon that cannot begin says why in one true sentence, and ends with status 1.</summary>
public sealed class StartFailureTests : IDisposable
{
    private const int Deadline = 120_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("start-").FullName;

    [Theory(Timeout = Deadline)]
    [InlineData("mkdir state/lock", "*/state/lock is a directory*")]
    [InlineData("mkfifo state/lock", "*/state/lock is a named pipe*")]
    [InlineData("ln -s /etc/passwd state/lock", "*/state/lock is a link*")]
    [InlineData("ln -s /etc state/networks", "*/state/networks is a link to /etc*")]
    [InlineData("touch state/attachments", "*/state/attachments is a file, where a directory is expected*")]
    [InlineData("rmdir state; mkfifo state", "*/state cannot be used*named pipe*")]
    [InlineData("rmdir state; touch state", "*/state cannot be used*")]
    [InlineData("mount -t tmpfs -o ro none state", "*/state cannot be used*read-only file system*")]
    [InlineData("mkdir cni.sock", "*/cni.sock is a directory*")]
    [InlineData("mkdir cni.sock.new", "*/cni.sock.new is a directory*")]
    [InlineData("exec 9>state/lock; flock 9", "another cnm-cni holds */state/lock*")]
    public async Task What_is_in_the_way_is_named(string script, string sentence)
    {
        var (exitCode, output) = await ServeAsync("root", script, TestContext.Current.CancellationToken);

        exitCode.Should().Be(1, output);
        output.Should().Match(sentence + "\n").And.NotContain("   at ");
        output.Trim().Should().NotContain("\n");
    }

    [Fact(Timeout = Deadline)]
    public async Task Without_root_it_says_so()
    {
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        var (exitCode, output) = await ServeAsync("nobody", "true", TestContext.Current.CancellationToken);

        exitCode.Should().Be(1, output);
        output.Should().Match("cnm-cni serve needs root*sudo.\n");
    }

    [Fact]
    public void The_directories_of_Docker_that_are_missing_are_made_as_Docker_makes_them()
    {
        using var socket = new Bridge.Adapter.Cnm.PluginSocket(Path.Combine(_directory, "docker", "plugins", "cni.sock"), Path.Combine(_directory, "spare"), inherited: null).Listen();

        File.GetUnixFileMode(Path.Combine(_directory, "docker")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Tool.Run("rm", "--recursive", "--force", _directory);

    // What the script mounts and holds goes with it.
    private async Task<(int ExitCode, string Output)> ServeAsync(string user, string script, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "It needs root to become somebody else, and to mount.");
        var program = Path.Combine(AppContext.BaseDirectory, "cnm-cni");
        await File.WriteAllTextAsync(Path.Combine(_directory, "settings.yaml"), $"""
            socket: {_directory}/cni.sock
            stateDirectory: {_directory}/state
            runDirectory: {_directory}/run
            configurationDirectory: {_directory}/net.d
            dockerSocket: {_directory}/no-docker.sock
            containerdSocket: {_directory}/no-containerd.sock
            """, cancellationToken);
        Directory.CreateDirectory(Path.Combine(_directory, "state"));
        var become = user == "root" ? "" : $"setpriv --reuid {user} --regid nogroup --clear-groups env DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp ";
        using var process = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--net", "bash", "-c", $"cd '{_directory}' && {script} && exec timeout 60 {become}'{program}' serve --config settings.yaml"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await error);
    }
}
