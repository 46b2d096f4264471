using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Neighbours;

/// <summary>
/// What the host-local IPAM plugin has given away on one network, to containers and pods alike. Read only, and without its lock: an
/// address that comes or
/// goes meanwhile is there or not.
/// <code>
/// DATADIR/NETWORK/
///   10.88.0.2            one per address: container id, CRLF, interface name (the id alone from old versions, nothing after a crash)
///   last_reserved_ip.0   not an address: skipped, as is lock
/// </code>
/// </summary>
internal sealed class HostLocalStore(string directory)
{
    private const string PluginType = "host-local";
    private const string DefaultDataDirectory = "/var/lib/cni/networks";

    /// <summary>A container id and an interface name are at most 255 and 15 bytes.</summary>
    private const int LargestFile = 1024;

    /// <returns>The network's store; null when another IPAM plugin hands out its addresses.</returns>
    public static HostLocalStore? Of(NetworkConfiguration network)
    {
        if (network.Plugins[0] is not { IpamType: PluginType } main)
        {
            return null;
        }

        var declared = main.Json["ipam"] is JsonObject ipam ? IpamSection.Text(ipam, "dataDir") : null;
        return new HostLocalStore(System.IO.Path.Combine(string.IsNullOrEmpty(declared) ? DefaultDataDirectory : declared, network.Name));
    }

    /// <summary>Where it is: the same for all who use it.</summary>
    public string Path => directory;

    public IReadOnlyList<StoredAddress> Read(CancellationToken cancellationToken)
    {
        var stored = new List<StoredAddress>();
        foreach (var (address, file) in Files())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(address, file) is { } found)
            {
                stored.Add(found);
            }
        }

        return stored;
    }

    /// <returns>Null when nobody has the address.</returns>
    public StoredAddress? Find(IPAddress address) =>
        Files().Where(entry => entry.Address.Equals(address)).Select(entry => Read(entry.Address, entry.File)).FirstOrDefault(found => found is not null);

    private IReadOnlyList<(IPAddress Address, FileInfo File)> Files()
    {
        try
        {
            return [.. new DirectoryInfo(directory).EnumerateFiles().SelectMany(ToEntry)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return []; // The plugin makes it at the first ADD.
        }
    }

    private static IEnumerable<(IPAddress, FileInfo)> ToEntry(FileInfo file) => IPAddress.TryParse(file.Name, out var address) ? [(address, file)] : [];

    /// <returns>Null for an address that was released meanwhile, and for what is no file of the plugin's.</returns>
    private static StoredAddress? Read(IPAddress address, FileInfo file)
    {
        try
        {
            // No link is followed, and only an ordinary file has a length: opening a pipe would wait for its writer.
            return file switch
            {
                { LinkTarget: not null } or { Length: > LargestFile } => null,
                { Length: 0 } => new StoredAddress(address, null, null),
                _ => Parse(address, File.ReadAllText(file.FullName)),
            };
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static StoredAddress Parse(IPAddress address, string content)
    {
        var lines = content.Split('\n', StringSplitOptions.TrimEntries);
        return lines[0].Length > 0 && lines[0].All(IsPrintable)
            ? new StoredAddress(address, lines[0], lines.Length > 1 && lines[1].Length > 0 && lines[1].All(IsPrintable) ? lines[1] : null)
            : new StoredAddress(address, null, null);
    }

    private static bool IsPrintable(char part) => part is > ' ' and <= '~';
}
