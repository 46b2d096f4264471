using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Networks: journal × Docker. One that the journal lost is taken over, one that Docker does not have any more is forgotten.</summary>
internal sealed class NetworkInspection(Journal journal, ConfigurationDirectory configurations, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(Look look, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
        look.Docker is { } docker ? [.. Unrecorded(docker.Networks), .. Forgotten(docker.Networks)] : null);

    private IEnumerable<Finding> Unrecorded(IReadOnlyList<DockerNetwork> networks) => networks.Where(network => journal.Networks.Find(network.Id) is null)
        .Select(network => new Finding(
            FindingKind.UnrecordedNetwork, network.Id, $"Docker network {network.Name} ({DockerId.Short(network.Id)})", "Docker has it with this driver, and the journal does not")
        {
            Mend = _ => Task.FromResult(Adopt(network)),
        });

    private IEnumerable<Finding> Forgotten(IReadOnlyList<DockerNetwork> networks)
    {
        var known = networks.Select(network => network.Id).ToHashSet(StringComparer.Ordinal);
        return journal.Networks.All.Where(record => !known.Contains(record.NetworkId) && !IsInUse(record)).Select(record => new Finding(
            FindingKind.ForgottenNetwork, record.NetworkId, $"Docker network {DockerId.Short(record.NetworkId)} for CNI network {record.CniNetwork}", "Docker does not have it any more")
        {
            Grace = settings.Repair.OrphanGrace,
            Mend = _ => Task.FromResult(Forget(record)),
        });
    }

    private bool IsInUse(NetworkRecord record) => journal.Attachments.All.Any(attachment => attachment.NetworkId == record.NetworkId);

    private Mending Adopt(DockerNetwork network)
    {
        try
        {
            var cniNetwork = CniNetworks.Choose(configurations.Load(), NetworkPairs.NamedBy(network));
            journal.Networks.Write(NetworkOptions.Of(network.Options, Ipam(network)).ToRecord(network.Id, cniNetwork.Name) with { Internal = network.Internal });
            return Mending.Mended($"It is taken over as CNI network {cniNetwork.Name}.");
        }
        catch (CnmException unknown)
        {
            return Mending.Failed($"It cannot be taken over: {unknown.Message}");
        }
    }

    private Mending Forget(NetworkRecord record)
    {
        if (IsInUse(record))
        {
            return Mending.Unneeded;
        }

        journal.Networks.Remove(record.NetworkId);
        return Mending.Mended("It is forgotten.");
    }

    private IpamMode Ipam(DockerNetwork network) => network.IpamDriver switch
    {
        "null" => IpamMode.Null,
        var driver when driver == settings.DriverName => IpamMode.Cni,
        _ => IpamMode.Docker,
    };
}
