using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Repair;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>What the daemon knows, for `cnm-cni status`. Asks neither Docker nor plugins, so it answers when they do not.</summary>
internal sealed class Status(Journal journal, ConfigurationDirectory configurations, DockerNames names, RetryTimes retries)
{
    public StatusResponse Read()
    {
        var contents = configurations.Load();
        return new StatusResponse(
            ProgramVersion.Number,
            names.EngineReachable,
            [.. journal.Networks.All.OrderBy(record => record.CniNetwork, StringComparer.Ordinal).Select(record => ToStatus(record, contents))],
            [.. journal.Attachments.All.OrderBy(record => record.Since).Select(ToStatus)],
            [.. journal.Attachments.All.Where(record => record.Phase == AttachmentPhase.Deleting && record.CleanupAttempts > 0).Select(ToPending)],
            [.. contents.Problems.Select(problem => new ConfigurationProblemStatus(problem.File, problem.Message))]);
    }

    private NetworkStatus ToStatus(NetworkRecord record, ConfigurationDirectoryContents contents)
    {
        var network = contents.Find(record.CniNetwork);
        return new NetworkStatus(
            record.NetworkId,
            names.Network(record.NetworkId),
            record.CniNetwork,
            record.Ipam.ToString().ToLowerInvariant(),
            [.. network?.Plugins.Select(plugin => plugin.Type) ?? []],
            network is null ? $"there is no CNI network \"{record.CniNetwork}\" on this host any more: new containers cannot be attached, those that are can be removed" : null);
    }

    private EndpointStatus ToStatus(AttachmentRecord record)
    {
        var snapshot = record.Snapshot;
        var answer = snapshot is null ? null : EndpointAnswer.ToJoin(record);
        return new EndpointStatus(
            record.EndpointId,
            record.NetworkId,
            names.Network(record.NetworkId),
            record.CniNetwork,
            record.ContainerName,
            record.Phase.ToString().ToLowerInvariant(),
            record.InterfaceName,
            record.HostInterfaceName,
            record.SandboxKey,
            [.. snapshot?.Addresses.Where(address => !EndpointAnswer.IsLinkLocal(address)).Select(address => $"{address.Address}/{address.PrefixLength}") ?? []],
            answer?.Gateway ?? answer?.GatewayIPv6,
            snapshot?.Mac ?? "",
            snapshot?.Mtu ?? 0,
            [.. (record.PublishedPorts ?? []).Select(ToStatus)],
            [.. CniAttachment.Configuration(record).Plugins.Select(plugin => plugin.Type)],
            record.Since,
            record.Result);
    }

    private static PublishedPortStatus ToStatus(PortMapping port) =>
        new(port.HostIp.Length > 0 ? port.HostIp : null, port.HostPort, port.ContainerPort, port.Protocol);

    private PendingCleanup ToPending(AttachmentRecord record) => new(
        record.EndpointId,
        record.CniNetwork,
        record.ContainerName,
        record.CleanupAttempts,
        record.CleanupError ?? "",
        retries.Due(record.EndpointId) is var due && due > DateTimeOffset.MinValue ? due : null);
}
