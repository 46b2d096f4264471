using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.AddressOwners;

/// <summary>
/// The addresses that the host-local IPAM plugin has assigned on one network, to containers and pods alike
/// (plugins plugins/ipam/host-local/backend/disk/backend.go). Read without its lock: an address that is assigned or released meanwhile may
/// be missing or present.
/// <code>
/// DATADIR/NETWORK/
///   10.88.0.2            one per address: container id, CRLF, interface name (the id alone from old versions; empty after a crash)
///   last_reserved_ip.0   skipped, as is lock
/// </code>
/// </summary>
internal sealed class HostLocalStore(string directory, bool isGuessed = false)
{
    /// <summary>Without <c>dataDir</c>.</summary>
    public const string DefaultDataDirectory = "/var/lib/cni/networks";

    // The coarsest resolution of a file system's times.
    private static readonly TimeSpan TimeResolution = TimeSpan.FromSeconds(2);

    // One file for each set of ranges, written with every assignment.
    private const string LastReservedPattern = "last_reserved_ip.*";

    // A container id has 255 bytes at most, an interface name 15.
    private const int LargestFile = 1024;

    /// <returns>
    /// The network's store; null for a network with another IPAM plugin, or with a plugin without an <c>ipam</c> section for which no store
    /// exists.
    /// </returns>
    public static HostLocalStore? Of(NetworkConfiguration network)
    {
        network = Delegates.Resolve(network);
        var main = MainPlugin.Of(network);
        var json = main.Json;
        JsonObject[] sections = [.. new[] { json["ipam"], (json["delegate"] as JsonObject)?["ipam"] }.OfType<JsonObject>()];
        var type = main.IpamType ?? sections.Select(section => IpamSection.Text(section, "type"))
            .FirstOrDefault(text => !string.IsNullOrEmpty(text));
        var declared = sections.Select(section => IpamSection.Text(section, "dataDir")).FirstOrDefault(text => !string.IsNullOrEmpty(text));
        var path = System.IO.Path.Combine(declared ?? DefaultDataDirectory, network.Name);
        return type switch
        {
            IpamConfiguration.HostLocal => new HostLocalStore(path),
            null when main.Type == FlannelLease.Plugin => new HostLocalStore(path), // Without its lease.
            null when Directory.Exists(path) => new HostLocalStore(path, isGuessed: true),
            _ => null,
        };
    }

    public string Path => directory;

    /// <summary>The plugin holds a lock on this file while it works on the store (flock(2)).</summary>
    public string LockPath => System.IO.Path.Combine(directory, "lock");

    /// <summary>The configuration does not name this store. It was found by the network's name.</summary>
    public bool IsGuessed => isGuessed;

    /// <summary>
    /// Whether the plugin has assigned an address since that time. A store that was found by name may belong to an earlier network of that
    /// name.
    /// </summary>
    public bool IsUsedSince(DateTimeOffset moment)
    {
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles(LastReservedPattern)
                .Any(file => file.LastWriteTimeUtc >= (moment - TimeResolution).UtcDateTime);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <exception cref="IOException">The store cannot be read.</exception>
    public IReadOnlyList<StoredAddress> Read(CancellationToken cancellationToken)
    {
        var stored = new List<StoredAddress>();
        foreach (var (address, file) in Files())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(address, file) is { } found)
                stored.Add(found);
        }

        return stored;
    }

    /// <returns>Null when the address is not assigned.</returns>
    public StoredAddress? Find(IPAddress address) =>
        Files().Where(entry => entry.Address.Equals(address)).Select(entry => Read(entry.Address, entry.File))
            .FirstOrDefault(found => found is not null);

    /// <returns>The files of addresses without an owner that were written last in this time.</returns>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public IReadOnlyList<FileInfo> Unwritten(DateTimeOffset from, DateTimeOffset to) =>
    [
        .. Files().Select(entry => entry.File).Where(file => file is { LinkTarget: null, Length: 0 }
            && file.LastWriteTimeUtc >= (from - TimeResolution).UtcDateTime && file.LastWriteTimeUtc <= (to + TimeResolution).UtcDateTime),
    ];

    private IReadOnlyList<(IPAddress Address, FileInfo File)> Files()
    {
        try
        {
            return [.. new DirectoryInfo(directory).EnumerateFiles().SelectMany(ToEntry)];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // The plugin creates it at the first ADD.
        }
        catch (UnauthorizedAccessException unreadable)
        {
            throw new IOException(unreadable.Message, unreadable);
        }
    }

    private static IEnumerable<(IPAddress, FileInfo)> ToEntry(FileInfo file) => IPAddress.TryParse(file.Name, out var address)
        ? [(address, file)]
        : [];

    /// <returns>Null for an address that was released meanwhile, and for a file that the plugin did not write.</returns>
    private static StoredAddress? Read(IPAddress address, FileInfo file)
    {
        try
        {
            // Follows no link, and opens no pipe, which would wait for its writer: only a regular file has a length.
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

/// <summary>An address in the store of an IPAM plugin.</summary>
/// <param name="Address">The address.</param>
/// <param name="OwnerId">CNI_CONTAINERID of its owner; null when the store does not name it.</param>
/// <param name="InterfaceName">CNI_IFNAME; null when the store does not name it.</param>
internal sealed record StoredAddress(IPAddress Address, string? OwnerId, string? InterfaceName);

/// <summary>Reads stores with a time limit: they are small files on a local disk, but a network file system may hang.</summary>
internal sealed class AddressStores(TimeProvider timeProvider)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    /// <returns>Null when the address is not in the store, or the network's IPAM plugin has no store that can be read.</returns>
    public async Task<StoredAddress?> FindAsync(NetworkConfiguration network, IPAddress address, CancellationToken cancellationToken) =>
        HostLocalStore.Of(network) is { } store ? await InTimeAsync(_ => store.Find(address), cancellationToken) : null;

    /// <returns>Null when the store could not be read in time.</returns>
    public Task<IReadOnlyList<StoredAddress>?> ReadAsync(HostLocalStore store, CancellationToken cancellationToken) =>
        InTimeAsync(store.Read, cancellationToken);

    private async Task<T?> InTimeAsync<T>(Func<CancellationToken, T> ask, CancellationToken cancellationToken) where T : class?
    {
        using var deadline = new CancellationTokenSource(AnswerTimeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var token = bounded.Token;
        try
        {
            return await Task.Run(() => ask(token), token).WaitAsync(token);
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
