using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Networks: journal × Docker. A network that the journal lost is taken over. One that Docker does not list is marked, and forgotten much
/// later: a dockerd that ran without its disk lists nothing, and starts containers on its networks before it answers requests.
/// </summary>
internal sealed class NetworkInspection(
    Journal journal, DeletedNetworks deleted, ConfigurationDirectory configurations, AdapterSettings settings,
    DriverName driver, TimeProvider timeProvider)
        : IInspection
{
    /// <summary>How long a network that Docker does not list is kept.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(context.Docker is not { Networks: var networks }
            ? null
            : [.. Unrecorded(networks), .. Outdated(networks), .. Unlisted(networks), .. Expired()]);

    private IEnumerable<Finding> Unrecorded(IReadOnlyList<DockerNetwork> networks) => networks
        .Where(network => journal.Networks.Find(network.Id) is not { UnlistedSince: null })
        .Select(network => new Finding(
            FindingKind.UnrecordedNetwork,
            network.Id,
            $"Docker network {network.Name} ({DockerId.Short(network.Id)})",
            "Docker has it with this driver, and the journal does not")
        {
            Grace = deleted.Contains(network.Id) ? settings.Repair.OrphanGrace : TimeSpan.Zero,
            Repair = _ => Task.FromResult(Adopt(network)),
        });

    private IEnumerable<Finding> Unlisted(IReadOnlyList<DockerNetwork> networks)
    {
        var known = networks.Select(network => network.Id).ToHashSet(StringComparer.Ordinal);
        return journal.ListedNetworks.Where(record => !known.Contains(record.NetworkId) && !IsInUse(record)).Select(record => new Finding(
            FindingKind.ForgottenNetwork, record.NetworkId, What(record), "Docker does not have it any more")
        {
            Grace = settings.Repair.OrphanGrace,
            Repair = _ => Task.FromResult(Mark(record)),
        });
    }

    private IEnumerable<Finding> Outdated(IReadOnlyList<DockerNetwork> networks)
    {
        var contents = configurations.Load();
        foreach (var network in networks)
        {
            if (journal.Networks.Find(network.Id) is { } record && contents.Find(record.CniNetwork) is { } cni
                && NetworkPairs.Outdated(network, cni) is { } difference)
                yield return new Finding(FindingKind.OutdatedNetwork, network.Id, $"Docker network {network.Name}", difference)
                {
                    Grace = settings.Repair.OrphanGrace,
                };
        }
    }

    private IEnumerable<Finding> Expired() => journal.Networks.All
        .Where(record => record.UnlistedSince is { } since && timeProvider.GetUtcNow() - since > Memory && !IsInUse(record))
        .Select(record => new Finding(FindingKind.ForgottenNetwork, record.NetworkId, What(record),
            $"Docker has not listed it for {Memory.TotalDays:0} days")
        {
            Repair = _ => Task.FromResult(Forget(record)),
        });

    private static string What(NetworkRecord record) =>
        $"Docker network {DockerId.Short(record.NetworkId)} for CNI network {record.CniNetwork}";

    private bool IsInUse(NetworkRecord record) => 
        journal.Attachments.All.Any(attachment => attachment.NetworkId == record.NetworkId && !attachment.IsWarm);

    private RepairResult Adopt(DockerNetwork network)
    {
        if (journal.Networks.Find(network.Id) is { } known)
        {
            journal.Networks.Write(known with { UnlistedSince = null });
            return RepairResult.Repaired("Docker lists it again, and it is in use as before.");
        }

        try
        {
            var contents = configurations.Load();
            var cniNetwork = CniNetworks.Choose(contents, NetworkPairs.StandsFor(network, contents));
            var record = NetworkOptions.Of(network.Options, Ipam(network)).ToRecord(network.Id, cniNetwork);
            journal.Networks.Learn(record with { Internal = network.Internal, IPv6 = network.IPv6 });
            return RepairResult.Repaired($"It is taken over as CNI network {cniNetwork.Name}.");
        }
        catch (CnmException unknown)
        {
            return RepairResult.Failed($"It cannot be taken over: {unknown.Message}");
        }
    }

    private RepairResult Mark(NetworkRecord record)
    {
        if (IsInUse(record))
            return RepairResult.Unneeded;

        journal.Networks.Write(record with { UnlistedSince = timeProvider.GetUtcNow() });
        return RepairResult.Repaired($"It is kept for {Memory.TotalDays:0} days: when Docker lists it again, it is in use as before.");
    }

    private RepairResult Forget(NetworkRecord record)
    {
        if (IsInUse(record))
            return RepairResult.Unneeded;

        journal.Networks.Remove(record.NetworkId);
        return RepairResult.Repaired("It is forgotten.");
    }

    private IpamMode Ipam(DockerNetwork network) => network.IpamDriver switch
    {
        "null" => IpamMode.Null,
        var ours when ours == driver.Known => IpamMode.Cni,
        _ => IpamMode.Docker,
    };
}
