using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>
/// What the daemon knows, for `cnm-cni status`, and who else is on the same CNI networks or has ports of the host. Asks neither Docker nor
/// plugins, and everybody else with a limit of time, so it answers when they do not.
/// </summary>
internal sealed class Status(
    Journal journal, ConfigurationDirectory configurations, DockerNames names, RetryTimes retries,
    KnownFindings known, WarmReports warm, Neighbours neighbours, DaemonLosses losses, StateProbe probe, TimeProvider timeProvider)
{
    public async Task<StatusResponse> ReadAsync(CancellationToken cancellationToken)
    {
        var contents = configurations.Load();
        var others = await neighbours.ReadAsync(CniNetworksInUse(), contents, cancellationToken);
        return new StatusResponse(
            ProgramVersion.Number,
            names.EngineReachable,
            others.PodRuntime,
            [.. journal.ListedNetworks.OrderBy(record => record.CniNetwork, StringComparer.Ordinal)
                .Select(record => ToStatus(record, contents))],
            [.. journal.Attachments.All.Where(record => !record.IsWarm || record.IsCleanupPending)
                .OrderBy(record => record.Since).Select(ToStatusOrProblem)],
            others.CniNetworks,
            [.. PendingCleanups()],
            [.. known.All.Select(RepairOnDemand.ToStatus)],
            [.. contents.Problems.Select(problem => new ConfigurationProblemStatus(problem.File, problem.Message))],
            losses.LogLines,
            await probe.ProblemAsync(cancellationToken),
            others.Ports ?? [],
            others.Ports is null ? Neighbours.WhyPortsIncomplete : null,
            losses.HistoryEvents,
            losses.LogFile);
    }

    // Reservations too: Docker takes addresses from our IPAM driver for networks of other drivers.
    private string[] CniNetworksInUse() =>
    [
        .. journal.ListedNetworks.Select(record => record.CniNetwork)
            .Concat(journal.Attachments.All.Select(record => record.CniNetwork))
            .Concat(journal.Reservations.All.Select(record => record.CniNetwork))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private NetworkStatus ToStatus(NetworkRecord record, ConfigurationDirectoryContents contents)
    {
        var network = contents.Find(record.CniNetwork);
        return new NetworkStatus(
            record.NetworkId,
            names.Network(record.NetworkId),
            record.CniNetwork,
            record.Ipam.ToString().ToLowerInvariant(),
            [.. network?.Plugins.Select(plugin => plugin.Type) ?? []],
            network is null ? $"there is no CNI network \"{record.CniNetwork}\" on this host any more: new containers cannot be " +
            "attached, those that are can be removed" : null,
            network is null ? null : warm.Of(record, network));
    }

    // What is wrong with one record is shown in its place, and all others as ever.
    private EndpointStatus ToStatusOrProblem(AttachmentRecord record)
    {
        try
        {
            return ToStatus(record, [.. CniRecord.Configuration(record).Plugins.Select(plugin => plugin.Type)]);
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            return ToStatus(record
                with { Snapshot = null, Result = null, ArrivalProblem = $"its record makes no sense: {broken.Message}" }, []);
        }
    }

    private EndpointStatus ToStatus(AttachmentRecord record, IReadOnlyList<string> plugins)
    {
        var snapshot = record.Snapshot;
        return new EndpointStatus(
            record.EndpointId,
            record.ContainerId,
            record.NetworkId,
            names.Network(record.NetworkId),
            record.CniNetwork,
            record.ContainerName,
            record.Phase.ToString().ToLowerInvariant(),
            record.InterfaceName,
            record.HostInterfaceName,
            record.SandboxInterfaceName,
            record.SandboxKey,
            [.. record.KnownAddresses.Select(address => $"{address}")],
            (record.Gateway(isIPv6: false) ?? record.Gateway(isIPv6: true))?.Gateway,
            snapshot?.Mac ?? record.Mac ?? "",
            snapshot?.Mtu ?? 0,
            [.. (record.PublishedPorts ?? []).Select(ToStatus)],
            plugins,
            record.Since,
            record.ArrivalProblem,
            record.Result?.Element);
    }

    public static PublishedPortStatus ToStatus(PortMapping port) =>
        new(port.HostIp.Length > 0 ? port.HostIp : null, port.HostPort, port.ContainerPort, port.Protocol);

    private IEnumerable<PendingCleanup> PendingCleanups() => journal.PluginRecords
        .Where(record => record is { IsCleanupPending: true, CleanupAttempts: > 0 }).Select(ToPending);

    private PendingCleanup ToPending(PluginRecord record) => new(
        (record as AttachmentRecord)?.EndpointId,
        record.ContainerId,
        record.CniNetwork,
        record.ContainerName,
        [.. record.KnownAddresses.Select(address => $"{address.Address}")],
        record.CleanupAttempts,
        record.CleanupError ?? "",
        NextAttempt(record.Id));

    private DateTimeOffset? NextAttempt(string id) => retries.Remaining(id) is { } remaining ? timeProvider.GetUtcNow() + remaining : null;
}

/// <summary>What is missing in the log and in the history, and where the log is.</summary>
internal sealed class DaemonLosses(LogQueue log, HistoryLog history, AdapterSettings settings)
{
    public long LogLines => log.Dropped;

    public long HistoryEvents => history.Lost;

    /// <summary>Null: standard output.</summary>
    public string? LogFile => settings.Log.File;
}
