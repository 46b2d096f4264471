namespace Bridge.TestHosts.Machine;

/// <summary>The one directory of a test host on the machine: its logs and input files. It has the host's name.</summary>
internal static class ScratchDirectory
{
    private static string Root => Path.GetTempPath();

    /// <summary>Makes one for a new host of this process; its last part is the host's name.</summary>
    public static string Create() => Directory.CreateTempSubdirectory(HostName.OwnPrefix).FullName;

    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another run that started at the same time has removed it already.
        }
    }

    /// <summary>Removes the directories of runs whose process has ended; their namespaces and processes ended with it.</summary>
    public static async Task RemoveLeftoversAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var directory in Directory.GetDirectories(Root, "bridge-test-*"))
        {
            if (HostName.Parse(Path.GetFileName(directory)) is { OwnerLives: false } abandoned)
            {
                await ControlGroups.RemoveAsync(abandoned.ToString(), time, cancellationToken);
                Remove(directory);
            }
        }
    }
}
