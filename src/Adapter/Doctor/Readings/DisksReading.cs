using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Doctor.Native;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The file systems on which cnm-cni and the plugins write, each once.</summary>
internal sealed record DisksReading(IReadOnlyList<DiskReading> Disks)
{
    private const string PluginState = "/var/lib/cni";

    /// <param name="settings">The settings.</param>
    /// <param name="networks">Whose IPAM plugin may be host-local, with a store of its own.</param>
    public static DisksReading Read(AdapterSettings settings, IReadOnlyList<NetworkConfiguration> networks) => new(
    [
        .. Written(settings, networks).Select(path => (Path: path, Space: SystemCalls.TrySpace(Existing(path))))
            .Where(disk => disk.Space is not null)
            .Select(disk => new DiskReading(disk.Path, disk.Space!.Value))
            .DistinctBy(disk => disk.Space),
    ]);

    // Each directory in which files are made, and not only those above it: another file system may be mounted on any of them.
    private static IEnumerable<string> Written(AdapterSettings settings, IReadOnlyList<NetworkConfiguration> networks) =>
    [
        settings.StateDirectory, .. Journal.Directories(settings.StateDirectory), settings.HistoryDirectory,
        settings.RunDirectory, .. Journal.Directories(settings.PresentRecords), settings.VersionDirectory,
        PluginState, HostLocalStore.DefaultDataDirectory,
        .. networks.Select(HostLocalStore.Of).OfType<HostLocalStore>().Select(store => store.Path),
    ];

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
