using System.Net;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// Subnets behind a bridge or a veth pair of this host to which the host has another route. Networks on a physical link have the subnet of
/// that link, as they should.
/// </summary>
internal sealed class HostRoutes : IRule
{
    public IEnumerable<Note> Find(Subject subject) =>
        from network in subject.Networks
        let file = subject.FileOf(network)
        let main = MainPlugin.Of(network)
        where main.Type is "bridge" or "ptp"
        let bridge = main.Type == "bridge" ? IpamSection.Text(main.Json, "bridge") is { Length: > 0 } name ? name : "cni0" : null
        from subnet in CniSubnet.Of(network).Select(subnet => subnet.Subnet)
        from route in subject.Host.Routes
        where route.Link != bridge && IsInTheWay(route, subnet) && !IsOfDocker(route, subject.Host)
        select file.Warning(
            $"subnet {subnet} overlaps the host's route to {route.Destination} over {route.Link}: addresses of both cannot be reached. " +
            "Unless that link belongs to this network, choose another subnet");

    // Wider routes with a next hop lead to a cluster or a company, of which this subnet is the host's part.
    private static bool IsInTheWay(HostRoute route, IPNetwork subnet) => CniSubnet.Overlap(route.Destination, subnet)
        && !IsOneHost(route.Destination) && (route.IsConnected || route.Destination.PrefixLength >= subnet.PrefixLength);

    private static bool IsOneHost(IPNetwork destination) =>
        destination.PrefixLength == destination.BaseAddress.GetAddressBytes().Length * 8;

    // DockerSubnets names the network.
    private static bool IsOfDocker(HostRoute route, HostFacts host) => host.DockerNetworks.Any(network =>
        network.Driver == "bridge" && (route.Link == $"br-{network.Id[..Math.Min(12, network.Id.Length)]}"
            || route.Link == network.Options.GetValueOrDefault("com.docker.network.bridge.name", "docker0")));
}

/// <summary>Subnets that Docker uses for its own networks, or may choose for the next one.</summary>
internal sealed class DockerSubnets : IRule
{
    public IEnumerable<Note> Find(Subject subject) =>
        from network in subject.Networks
        from subnet in CniSubnet.Of(network).Select(subnet => subnet.Subnet)
        from note in Taken(subject, network, subnet) is { Count: > 0 } taken ? taken : MayBeTaken(subject, network, subnet)
        select note;

    private static IReadOnlyList<Note> Taken(Subject subject, NetworkConfiguration network, IPNetwork subnet) =>
    [
        .. from other in subject.Host.DockerNetworks
           from pool in other.Pools.Select(pool => CniSubnet.ReadSubnet(pool.Subnet)).OfType<IPNetwork>()
           where pool.PrefixLength > 0 && CniSubnet.Overlap(pool, subnet)
           select subject.FileOf(network).Warning(
               $"subnet {subnet} overlaps {pool} of Docker network {other.Name} (driver {other.Driver}): one address may be given twice, " +
               "and containers on one cannot reach those on the other. Choose another subnet for one of them"),
    ];

    // With a LAN Docker sees the host's route, and keeps away.
    private static IEnumerable<Note> MayBeTaken(Subject subject, NetworkConfiguration network, IPNetwork subnet) =>
        subject.Host.DockerPools.Where(pool => MainPlugin.Of(network).Type is "bridge" or "ptp" && CniSubnet.Overlap(pool, subnet)).Take(1)
            .Select(pool => subject.FileOf(network).Remark(
                $"subnet {subnet} lies in {pool}, from which Docker chooses subnets for its own networks, and may choose this one while " +
                "no container is here. Choose another subnet, or set default-address-pools in /etc/docker/daemon.json"));
}
