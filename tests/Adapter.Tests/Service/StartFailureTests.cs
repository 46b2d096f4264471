using System.Diagnostics;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Service;

/// <summary>A daemon that cannot begin says why in one true sentence, and ends with status 1.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("start-").FullName;

    [Theory]
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
    [InlineData("mkdir -m 700 -p run/cni.sock", "*/run/cni.sock is a directory*`runDirectory`*")]
    [InlineData("mkdir -m 700 -p run/cni.lock", "*/run/cni.lock is a directory, where cnm-cni keeps a file*")]
    [InlineData("mkdir -m 700 run; ln -s nowhere run/cni.lock", "*/run/cni.lock is a link, where cnm-cni keeps a file*")]
    [InlineData("echo precious > cni.sock", "*/cni.sock is a file with something in it, where cnm-cni puts its socket*")]
    [InlineData("mkdir -m 700 run; ln -s /run/netns run/netns", "*/run/netns is a link, where cnm-cni keeps a directory*")]
    [InlineData("mkdir -m 700 run; touch run/netns", "*/run/netns is a file, where cnm-cni keeps a directory*")]
    [InlineData("rmdir state; ln -s nowhere state", "*/state cannot be used*it is a link to nowhere, which does not exist*")]
    [InlineData("rmdir state; ln -s state state", "*/state cannot be used*it is a link to state, which leads back to itself*")]
    [InlineData(
        "rmdir state; ln -s settings.yaml state", "*/state cannot be used*it is a link to settings.yaml, which is not a directory*")]
    [InlineData("sed -i 's|^stateDirectory.*|stateDirectory: /proc/t/state|' settings.yaml",
        "the directory /proc/t cannot be created: there is no such file or directory*")]
    [InlineData("sed -i 's|^socket.*|socket: /proc/t/cni.sock|' settings.yaml",
        "the directory /proc/t cannot be created: there is no such file or directory*")]
    [InlineData("sed -i 's|^runDirectory: \\(.*\\)/run|runDirectory: \\1/state/attachments|' settings.yaml",
        "runDirectory: */state/attachments cannot be used: cnm-cni keeps its own files in */state/attachments*")]
    [InlineData("sed -i 's|^socket: \\(.*\\)/cni.sock|socket: \\1/run/lock|' settings.yaml", "socket: */run/lock cannot be used*")]
    [InlineData("mount -t tmpfs -o nr_inodes=2 none state", "The state in * cannot be used*no space left on device*")]
    [InlineData("ulimit -n 128", "cnm-cni serve may open 128 files, and needs *")]
    public async Task The_start_error_names_the_obstacle(string script, string sentence)
    {
        var (exitCode, output) = await ServeAsync("root", script, Cancellation);

        exitCode.Should().Be(1, output);
        output.Should().Match(sentence + "\n").And.NotContain("   at ");
        output.Trim().Should().NotContain("\n");
    }

    [Theory]
    [InlineData("state")]
    [InlineData("run")]
    public async Task A_directory_with_other_things_in_it_is_left_as_it_is(string directory)
    {
        var (exitCode, output) =
            await ServeAsync("root", $"mkdir -p {directory} && chmod 755 {directory} && touch {directory}/{{a,b,c,d,e}}", Cancellation);

        exitCode.Should().Be(1, output);
        output.Should().Match(
            $"{directory}Directory: */{directory} is open to other users, and contains files that are not " +
            $"cnm-cni's: a, b, c and 2 more.*chmod 700 */{directory}*\n");
        File.GetUnixFileMode(Path.Combine(_directory, directory)).Should().Be((UnixFileMode)0b111_101_101);
        Directory.GetFileSystemEntries(Path.Combine(_directory, directory)).Should().HaveCount(5);
        Directory.GetFileSystemEntries(Path.Combine(_directory, "state")).Should().HaveCount(
            directory == "state" ? 5 : 0, "neither is begun with");
    }

    [Theory]
    [InlineData("/srv", "/srv")]
    [InlineData("//srv/", "//srv is /srv")]
    [InlineData("state", "*/state is /srv")]
    public async Task A_directory_of_the_systems_is_never_taken(string path, string words)
    {
        // Empty and in a mount namespace of its own: should it be taken after all, nobody misses it.
        var make = path == "state"
            ? "rmdir state; ln -s /srv state"
            : $"sed -i 's|^stateDirectory.*|stateDirectory: {path}|' settings.yaml";
        var (exitCode, output) = await ServeAsync("root", $"mount -t tmpfs -o mode=755 none /srv && {make}", Cancellation);

        exitCode.Should().Be(1, output);
        output.Should().Match($"stateDirectory: {words}*directory of the system, which other programs need.*\n");
    }

    [Fact]
    public async Task Without_capabilities_the_error_names_the_missing_ones()
    {
        var (exitCode, output) = await ServeAsync("root", "true", Cancellation, "setpriv --bounding-set -sys_admin,-net_admin ");

        exitCode.Should().Be(1, output);
        output.Should().Match("cnm-cni serve lacks CAP_SYS_ADMIN and CAP_NET_ADMIN, *\n");
    }

    [Fact]
    public async Task Without_root_the_error_says_that_root_is_needed()
    {
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        var (exitCode, output) = await ServeAsync("nobody", "true", Cancellation);

        exitCode.Should().Be(1, output);
        output.Should().Match("cnm-cni serve needs root*sudo.\n");
    }

    [Fact]
    public void The_directories_of_Docker_that_are_missing_are_made_as_Docker_makes_them()
    {
        using var socket =
            new Bridge.Adapter.Service.PluginSocket(
                Path.Combine(_directory, "docker", "plugins", "cni.sock"), Path.Combine(_directory, "spare"), inherited: null).Listen();

        File.GetUnixFileMode(Path.Combine(_directory, "docker")).Should().Be(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Tool.Run("rm", "--recursive", "--force", _directory);

    // What the script mounts and holds goes with it.
    private async Task<(int ExitCode, string Output)> ServeAsync(
        string user, string script, CancellationToken cancellationToken, string through = "")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "It needs root to become somebody else, and to mount.");
        var program = Path.Combine(AppContext.BaseDirectory, "cnm-cni");
        await File.WriteAllTextAsync(Path.Combine(_directory, "settings.yaml"), $"""
            socket: {_directory}/cni.sock
            stateDirectory: {_directory}/state
            runDirectory: {_directory}/run
            configurationDirectory: {_directory}/net.d
            dockerSocket: {_directory}/no-docker.sock
            criSocket: {_directory}/no-containerd.sock
            """, cancellationToken);
        Directory.CreateDirectory(Path.Combine(_directory, "state"));
        var become = user == "root"
            ? ""
            : $"setpriv --reuid {user} --regid nogroup --clear-groups env DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp ";
        using var process =
            Process.Start(
                new ProcessStartInfo(
                    "unshare",
                    ["--mount", "--net", "bash", "-c",
                        $"cd '{_directory}' && {script} && exec timeout 60 {through}{become}'{program}' serve --config settings.yaml"])
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
