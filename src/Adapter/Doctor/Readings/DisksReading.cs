using Bridge.Adapter.Doctor.Native;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The file systems on which cnm-cni and the plugins write, each once.</summary>
internal sealed record DisksReading(IReadOnlyList<DiskReading> Disks)
{
    // The store of host-local.
    private const string PluginState = "/var/lib/cni";

    public static DisksReading Read(AdapterSettings settings) => new(
    [
        .. new[] { settings.StateDirectory, settings.RunDirectory, PluginState }
            .Select(path => (Path: path, Space: SystemCalls.TrySpace(Existing(path))))
            .Where(disk => disk.Space is not null)
            .Select(disk => new DiskReading(disk.Path, disk.Space!.Value))
            .DistinctBy(disk => disk.Space),
    ]);

    // What is not there yet will be made on the file system of its parent.
    private static string Existing(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
            path = parent;

        return path;
    }
}

/// <param name="Path">A directory on it.</param>
/// <param name="Space">What is left on it.</param>
internal sealed record DiskReading(string Path, FileSystemSpace Space);
