namespace CniInvoker.Tests.Execution;

/// <summary>A control group whose members can be frozen: SIGKILL does not end them, as in a call into the kernel that
/// hangs.</summary>
internal sealed class Freezer : IDisposable
{
    private const string Root = "/sys/fs/cgroup/freezer";

    private readonly string _directory = Path.Combine(Root, $"cni-test-{Guid.NewGuid():n}");

    public Freezer() => Directory.CreateDirectory(_directory);

    public static bool IsAvailable => Environment.IsPrivilegedProcess && File.Exists(Path.Combine(Root, "cgroup.procs"));

    public string Members => Path.Combine(_directory, "cgroup.procs");

    public string State => Path.Combine(_directory, "freezer.state");

    public void Thaw() => File.WriteAllText(State, "THAWED");

    public void Dispose()
    {
        Thaw();
        try
        {
            Directory.Delete(_directory);
        }
        catch (IOException)
        {
            // A member has not ended yet. An empty group does no harm.
        }
    }
}
