using System.Globalization;

namespace Bridge.Adapter.Tests.Service;

/// <summary>A control group that limits how many threads and processes its members have; root's own limits do not bind root.</summary>
internal sealed class PidsGroup : IDisposable
{
    private readonly string _root;
    private readonly string _path;

    private PidsGroup(string root)
    {
        (_root, _path) = (root, Path.Combine(root, $"cnm-cni-test-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(_path);
    }

    /// <returns>Null where the kernel, or who runs us, has none for us.</returns>
    public static PidsGroup? TryCreate()
    {
        var root =
            new[] { "/sys/fs/cgroup/pids", "/sys/fs/cgroup" }.FirstOrDefault(
                directory => File.Exists(Path.Combine(directory, "cgroup.procs")));
        if (root is null)
            return null;

        try
        {
            var group = new PidsGroup(root);
            if (File.Exists(Path.Combine(group._path, "pids.max")))
                return group;

            group.Dispose();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Read-only, as in most containers.
        }

        return null;
    }

    public void Enter(int process) => File.WriteAllText(Path.Combine(_path, "cgroup.procs"), $"{process}");

    /// <summary>So many more than there are now.</summary>
    public void Limit(int more) =>
        Write("pids.max", int.Parse(File.ReadAllText(Path.Combine(_path, "pids.current")), CultureInfo.InvariantCulture) + more);

    public void Lift() => File.WriteAllText(Path.Combine(_path, "pids.max"), "max");

    public void Dispose()
    {
        foreach (var process in File.ReadAllLines(Path.Combine(_path, "cgroup.procs")))
            File.WriteAllText(Path.Combine(_root, "cgroup.procs"), process);

        Directory.Delete(_path);
    }

    private void Write(string file, int value) =>
        File.WriteAllText(Path.Combine(_path, file), value.ToString(CultureInfo.InvariantCulture));
}
