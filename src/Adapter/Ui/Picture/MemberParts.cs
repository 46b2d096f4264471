using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>The members of one picture.</summary>
internal sealed class MemberParts(StatusResponse status, HostView host)
{
    private const string Docker = "docker";
    private const string Cri = "cri";

    private readonly Dictionary<string, EndpointStatus> _endpoints =
        status.Endpoints.DistinctBy(endpoint => endpoint.EndpointId).ToDictionary(endpoint => endpoint.EndpointId, StringComparer.Ordinal);

    private readonly Dictionary<string, string> _warmStates = status.Networks.SelectMany(network => network.Warm?.Attachments ?? [])
        .DistinctBy(warm => warm.Id).ToDictionary(warm => warm.Id, warm => warm.State, StringComparer.Ordinal);

    private readonly HashSet<string> _pending =
        [.. status.PendingCleanups.Select(cleanup => MemberKey.Of(cleanup.EndpointId, cleanup.ContainerId))];

    private readonly HashSet<string> _underRepair =
    [
        .. status.Findings.Where(found => found.State is FindingState.Waiting or FindingState.Failed).Select(found => found.Subject),
    ];

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    public IReadOnlyList<MemberPart> All()
    {
        List<MemberPart> members = [];
        foreach (var network in status.CniNetworks)
        {
            foreach (var owner in network.Neighbours)
                members.Add(OfOwner(network.Name, owner));
        }

        foreach (var endpoint in status.Endpoints.Where(endpoint => !_keys.Contains(MemberKey.EndpointPrefix + endpoint.EndpointId)))
            members.Add(OfEndpoint(endpoint, [.. endpoint.Addresses.Select(Cidr.BeforePrefix)]));

        return members;
    }

    private MemberPart OfOwner(string network, AddressOwnerStatus owner) => owner switch
    {
        { EndpointId: { } id } when _endpoints.TryGetValue(id, out var endpoint) =>
            OfEndpoint(endpoint, owner.Addresses, owner.Name, network),
        { Kind: AddressOwnerKind.Container } => Plain(network, owner, Docker, "joined"),
        { Kind: AddressOwnerKind.Reservation } => Plain(network, owner, Docker, "reserved"),
        { Kind: AddressOwnerKind.Warm } =>
            Plain(network, owner, Docker, _warmStates.GetValueOrDefault(owner.ContainerId ?? "", "resting")),
        { Kind: AddressOwnerKind.Pod } => OfPod(network, owner),
        _ => OfPod(network, owner) with { Runtime = null },
    };

    private MemberPart OfEndpoint(
        EndpointStatus endpoint, IReadOnlyList<string> addresses, string? name = null, string? network = null)
    {
        var interfaces = ResultInterface.Of(endpoint.Result);
        return new MemberPart(
            Unique(MemberKey.EndpointPrefix + endpoint.EndpointId, network ?? endpoint.CniNetwork),
            network ?? endpoint.CniNetwork,
            AddressOwnerKind.Container,
            Docker,
            endpoint.ContainerName ?? name,
            State(endpoint),
            addresses,
            endpoint.Mac.Length > 0 ? endpoint.Mac : null,
            endpoint.SandboxInterfaceName ?? endpoint.InterfaceName,
            host.Links.EndOf(interfaces.Where(made => made.IsOnHost).Select(made => made.Name), endpoint.Mac),
            endpoint.Mtu > 0 ? endpoint.Mtu : null,
            endpoint.Since,
            endpoint.ArrivalProblem,
            endpoint.Ports);
    }

    private string State(EndpointStatus endpoint) =>
        _pending.Contains(MemberKey.EndpointPrefix + endpoint.EndpointId) ? "pending"
        : _underRepair.Contains(endpoint.EndpointId) ? "repairing"
        : endpoint.State;

    private MemberPart OfPod(string network, AddressOwnerStatus owner)
    {
        var result = owner.ContainerId is { } id ? host.Results.Find(network, id) : null;
        var mac = result?.Mac ?? owner.Addresses.Select(host.Links.MacOf).OfType<string>().FirstOrDefault();
        var listed = (result?.Interfaces ?? []).Where(made => made.IsOnHost).Select(made => made.Name);
        return Plain(network, owner, Cri, "running") with
        {
            Mac = mac,
            Interface = result?.Ifname,
            Link = host.Links.EndOf(listed, mac),
            Ports = PortsOf(owner),
        };
    }

    // Ports are listed by the sandbox's id, or where only the rules of CRI-O tell of them by the pod's name.
    private IReadOnlyList<PublishedPortStatus> PortsOf(AddressOwnerStatus owner) =>
        status.PortOwners?.FirstOrDefault(ports => ports.ContainerId is not null && ports.ContainerId == owner.ContainerId)?.Ports
        ?? status.PortOwners?.FirstOrDefault(ports => ports.Name is not null && ports.Name == owner.Name)?.Ports
        ?? [];

    private MemberPart Plain(string network, AddressOwnerStatus owner, string? runtime, string state)
    {
        var key = owner is { EndpointId: null, ContainerId: null }
            ? MemberKey.OfAddress(network, owner.Addresses is [var first, ..] ? first : null)
            : MemberKey.Of(owner.EndpointId, owner.ContainerId ?? "");
        return new MemberPart(
            Unique(key, network), network, owner.Kind, runtime, owner.Name,
            _pending.Contains(key) ? "pending" : state, owner.Addresses, null, null, null, null, null, null, []);
    }

    // A pod has one container id on all its networks.
    private string Unique(string key, string network)
    {
        var unique = key;
        for (var number = 1; !_keys.Add(unique); number++)
            unique = number == 1 ? $"{key}@{network}" : $"{key}@{network}#{number}";

        return unique;
    }
}
