using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.State;

/// <summary>Whether a record could be written is found by writing, and nothing stays of it.</summary>
public sealed class StateProbeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("probe-").FullName;

    private Task<string?> ProblemAsync() => ProblemAsync(new AdapterSettings { StateDirectory = _directory, RunDirectory = "/nowhere" });

    private static Task<string?> ProblemAsync(AdapterSettings settings) =>
        new StateProbe(settings, TimeProvider.System).ProblemAsync(Cancellation);

    [Fact]
    public async Task A_directory_with_free_space_passes_and_is_not_changed()
    {
        (await ProblemAsync()).Should().BeNull();

        Directory.GetFileSystemEntries(_directory).Should().BeEmpty();
    }

    [Theory]
    [InlineData("size=4k", "no space left on device")]
    [InlineData("nr_inodes=1", "no space left on device")]
    [InlineData("ro", "read-only file system")]
    public async Task A_directory_without_free_space_is_reported(string options, string reason)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        Tool.Run("mount", "-t", "tmpfs", "-o", options, "none", _directory);

        (await ProblemAsync()).Should().Be($"{_directory} cannot be written: {reason}");

        Directory.GetFileSystemEntries(_directory).Should().BeEmpty();
    }

    [Fact]
    public async Task A_directory_for_the_present_state_without_free_space_is_reported()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        var records = Directory.CreateDirectory(Path.Combine(_directory, "records")).FullName;
        Tool.Run("mount", "-t", "tmpfs", "-o", "ro", "none", records);
        try
        {
            var problem = await ProblemAsync(new AdapterSettings { StateDirectory = "/nowhere", RunDirectory = _directory });

            problem.Should().Be($"{records} cannot be written: read-only file system");
        }
        finally
        {
            Tool.Run("umount", records);
        }
    }

    public void Dispose()
    {
        while (Environment.IsPrivilegedProcess && File.ReadLines("/proc/self/mounts").Any(mount => mount.Split(' ')[1] == _directory))
            Tool.Run("umount", _directory);

        Directory.Delete(_directory, recursive: true);
    }
}
