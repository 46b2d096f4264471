namespace Bridge.TestHosts.Machine;

/// <summary>
/// The control groups of a test host: one of its name at the top of every hierarchy (one hierarchy where the machine has version 2 only).
/// </summary>
internal static class ControlGroups
{
    private const string Root = "/sys/fs/cgroup";

    public static IEnumerable<string> Of(string hostName) =>
        Directory.Exists(Root)
            ? Directory.GetDirectories(Root).Append(Root).Select(hierarchy => Path.Combine(hierarchy, hostName)).Where(Directory.Exists)
            : [];

    /// <summary>Removes them with everything below. A group whose last process has just died can stay busy for a moment.</summary>
    public static async Task RemoveAsync(string hostName, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 0; Of(hostName).Any(); attempt++)
        {
            try
            {
                foreach (var group in Of(hostName))
                    Remove(group);
            }
            catch (DirectoryNotFoundException)
            {
                // Another process removes them too.
            }
            catch (IOException) when (attempt < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
            }
        }
    }

    // cgroups(7): only rmdir removes a control group, children first; its files cannot be deleted.
    private static void Remove(string group)
    {
        foreach (var child in Directory.GetDirectories(group))
            Remove(child);

        Directory.Delete(group);
    }
}
