using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.HostPorts;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>
/// Everybody on the CNI networks, and the host ports of pods and of other runtimes' containers. Both are read at the same time: the IPAM
/// plugins' stores, the container runtime and the firewall, each with a limit of time.
/// </summary>
internal sealed class Neighbours(OwnerListing owners, ForeignPorts foreignPorts)
{
    /// <summary>What status says where the listing of ports is null.</summary>
    public const string WhyPortsIncomplete = "the firewall's rules were not listed in time (cnm-cni's log has the reason)";

    /// <param name="cniNetworks">Names of CNI networks.</param>
    /// <param name="configurations">Need not contain all of the networks.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>Ports are null when the firewall was not listed.</returns>
    public async Task<(PodRuntimeState PodRuntime, IReadOnlyList<CniNetworkStatus> CniNetworks, IReadOnlyList<PortOwnerStatus>? Ports)>
        ReadAsync(IReadOnlyList<string> cniNetworks, ConfigurationDirectoryContents configurations, CancellationToken cancellationToken)
    {
        var listing = foreignPorts.ListAsync(cancellationToken);
        var (runtime, pods, networks) = await owners.ReadAsync(cniNetworks, configurations, cancellationToken);
        return (runtime, [.. networks.Select(found => ToStatus(found.Network, found.Owners))], (await listing)?.ToOwners(pods));
    }

    private static CniNetworkStatus ToStatus(NetworkAddresses network, IReadOnlyList<AddressOwner> owners) => new(
        network.CniNetwork,
        [.. network.Subnets.Select(subnet => $"{subnet}")],
        network.WhyIncomplete is null,
        network.WhyIncomplete,
        [.. owners.Select(ToStatus)]);

    private static AddressOwnerStatus ToStatus(AddressOwner owner) => new(
        owner.Kind, owner.Name, owner.ContainerId, owner.EndpointId, [.. owner.Addresses.Select(address => $"{address}")]);
}

internal static class PortOwners
{
    /// <summary>
    /// Groups ports by their owner. portmap's rules name a pod by its sandbox's id, CRI-O's by its name; the list of pods has both.
    /// </summary>
    public static IReadOnlyList<PortOwnerStatus> ToOwners(this IReadOnlyList<ForeignPort> ports, IReadOnlyList<AddressOwner> pods) =>
    [
        .. ports.GroupBy(port => port.Owner, StringComparer.Ordinal).Select(group =>
        {
            var name = PodNames.OfOwner(group.Key);
            var pod = pods.FirstOrDefault(pod => name is null ? pod.ContainerId == group.Key : pod.Name == name);
            return new PortOwnerStatus(
                pod is null && name is null ? AddressOwnerKind.Other : AddressOwnerKind.Pod,
                pod?.Name ?? name,
                pod?.ContainerId ?? (name is null ? group.Key : null),
                [.. group.Select(ToStatus)]);
        }),
    ];

    private static PublishedPortStatus ToStatus(ForeignPort port) =>
        new(port.HostIp.Length > 0 ? port.HostIp : null, port.Port, port.ContainerPort, port.Protocol);
}
