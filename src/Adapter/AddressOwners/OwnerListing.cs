using System.Net;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.AddressOwners;

/// <summary>
/// Lists all address owners on CNI networks, for <c>cnm-cni status</c>: from the journal, the IPAM plugins' stores and the container
/// runtime, which are asked in parallel.
/// </summary>
internal sealed class OwnerListing(JournalOwners own, AddressStores stores, PodRuntime pods)
{
    /// <param name="cniNetworks">Names of CNI networks.</param>
    /// <param name="configurations">Need not contain all of the networks: a deleted network may still have containers.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>The host's pods, also those on none of the networks; and the networks, in the order of their names. Takes two seconds
    /// at most.</returns>
    public async Task<(PodRuntimeState Runtime, IReadOnlyList<AddressOwner> Pods,
        IReadOnlyList<(NetworkAddresses Network, IReadOnlyList<AddressOwner> Owners)> Networks)> ReadAsync(
        IReadOnlyList<string> cniNetworks, ConfigurationDirectoryContents configurations, CancellationToken cancellationToken)
    {
        var listing = pods.ListAsync(cancellationToken);
        var networks = await Task.WhenAll(cniNetworks.Select(name => configurations.Find(name) is { } network
            ? ReadAsync(network, cancellationToken)
            : Task.FromResult(new NetworkAddresses(name, [], [], "its configuration is gone"))));
        var (runtime, known) = await listing;
        var owners = own.All;
        // containerd and CRI-O give pods the network of the first file.
        var ofPods = CniNetworks.Offered(configurations) is [var first, ..] ? first.Name : null;
        bool IsElsewhere(IPAddress address) => networks.Any(network => network.Subnets.Any(subnet => subnet.Contains(address)));
        return (runtime, known, [.. networks.Select(network => network.WithoutOutdatedStore(owners))
            .Select(network => (network, network.Owners(owners, known, address =>
                network is { Subnets: [], Stored: [] } && network.CniNetwork == ofPods && !IsElsewhere(address))))]);
    }

    private async Task<NetworkAddresses> ReadAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var subnets = CniSubnet.Of(network).Select(subnet => subnet.Subnet).ToArray();
        if (HostLocalStore.Of(network) is not { } store)
            return new NetworkAddresses(
                network.Name, subnets, [], $"{PluginOf(network)} has no list of its addresses that cnm-cni can read");

        var stored = await stores.ReadAsync(store, cancellationToken);
        return new NetworkAddresses(network.Name, subnets, stored ?? [], stored is null ? $"{store.Path} could not be read in time" : null)
        {
            GuessedStore = store.IsGuessed ? store.Path : null,
        };
    }

    private static string PluginOf(NetworkConfiguration network) =>
        MainPlugin.Of(network) is { IpamType: { } ipam } ? $"its IPAM plugin {ipam}" : $"its plugin {MainPlugin.Of(network).Type}";
}

/// <summary>The addresses of one CNI network.</summary>
/// <param name="CniNetwork">Name of the CNI network.</param>
/// <param name="Subnets">Its declared subnets; empty when only its IPAM plugin knows them.</param>
/// <param name="Stored">The addresses in the IPAM plugin's store; empty when it has no store that can be read.</param>
/// <param name="WhyIncomplete">Why owners of other runtimes may be missing, as the end of a sentence; null when the list is
/// complete.</param>
internal sealed record NetworkAddresses(
    string CniNetwork, IReadOnlyList<IPNetwork> Subnets, IReadOnlyList<StoredAddress> Stored, string? WhyIncomplete)
{
    /// <summary>The directory of <see cref="Stored"/>, when <see cref="HostLocalStore.IsGuessed"/>; else null.</summary>
    public string? GuessedStore { get; init; }

    /// <summary>
    /// The same without a guessed store that is proved wrong: it has none of the addresses of one of our containers. It need not have all
    /// of them, because a chain may have a second IPAM plugin.
    /// </summary>
    /// <param name="own">The owners in the journal, of all networks.</param>
    public NetworkAddresses WithoutOutdatedStore(IReadOnlyList<AddressOwner> own) =>
        GuessedStore is not null && own.Any(owner =>
            owner.CniNetwork == CniNetwork && owner.Addresses.Count > 0 && !Stored.Any(stored => owner.Addresses.Contains(stored.Address)))
            ? this with { Stored = [], WhyIncomplete = $"{GuessedStore} is outdated: the addresses of Docker's containers are not in it" }
            : this;

    /// <summary>
    /// Every owner once, by address. The store decides which pods are on this network. A pod that is not in it counts by its address,
    /// because it may be on a network with another IPAM plugin.
    /// </summary>
    /// <param name="own">The owners in the journal, of all networks.</param>
    /// <param name="pods">The host's pods.</param>
    /// <param name="isOfPods">Whether a pod's address counts as one of this network although no subnet of it is known.</param>
    public IReadOnlyList<AddressOwner> Owners(
        IReadOnlyList<AddressOwner> own, IReadOnlyList<AddressOwner> pods, Func<IPAddress, bool>? isOfPods = null)
    {
        // A warm attachment that changes hands has two records for a moment.
        var ours = own.Where(owner => owner.CniNetwork == CniNetwork).DistinctBy(owner => owner.ContainerId)
            .ToDictionary(owner => owner.ContainerId!, StringComparer.Ordinal);
        var sandboxes = pods.ToDictionary(pod => pod.ContainerId!, StringComparer.Ordinal);
        var stored = Stored.ToLookup(entry => entry.OwnerId, entry => entry.Address);
        return
        [
            .. ours.Values.Select(owner => owner.With(owner.Addresses.Concat(stored[owner.ContainerId])))
                .Concat(stored.Where(group => group.Key is null || !ours.ContainsKey(group.Key))
                    .SelectMany(group => ToOwners(group, sandboxes)))
                .Concat(pods.Where(pod => !stored.Contains(pod.ContainerId) && !ours.ContainsKey(pod.ContainerId!))
                    .Select(pod => pod.With(pod.Addresses.Where(
                        address => Subnets.Any(subnet => subnet.Contains(address)) || isOfPods?.Invoke(address) == true)))
                    .Where(pod => pod.Addresses.Count > 0))
                .Order(AddressOwner.ByAddress),
        ];
    }

    private static IEnumerable<AddressOwner> ToOwners(IGrouping<string?, IPAddress> stored, Dictionary<string, AddressOwner> sandboxes) =>
        stored.Key switch
    {
        null => stored.Select(address => AddressOwner.Other(null, address)), // Unknown owners are listed separately: they may differ.
        var id => [(sandboxes.GetValueOrDefault(id) ?? AddressOwner.Other(id)).With(stored)],
    };
}
