using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>Warm attachments, for `cnm-cni status` and `cnm-cni check`.</summary>
internal sealed class WarmReports(WarmPool pool, WarmReturn comparison, Journal journal, AdapterSettings settings)
{
    /// <returns>Null where the network keeps none and has none.</returns>
    public WarmStatus? Of(NetworkRecord docker, NetworkConfiguration network)
    {
        var size = WarmSupport.Size(docker, network, settings);
        var entries = pool.Of(docker.NetworkId);
        return size == 0 && entries.Count == 0 ? null : new WarmStatus(size, [.. entries.Select(ToStatus)]);
    }

    /// <summary>
    /// Compares a warm attachment with the kernel. No plugin is asked: its link waits in the host's namespace, without addresses.
    /// </summary>
    /// <exception cref="IOException">The kernel does not tell, or shows a change.</exception>
    public CheckResult Check(AttachmentRecord record)
    {
        if (record.Phase != AttachmentPhase.Added || record.AsMade is null)
            return new CheckResult(record.EndpointId, null, CheckOutcome.Skipped, "it is being made or removed");

        return comparison.WhyChanged(record) is { } change
            ? new CheckResult(record.EndpointId, null, CheckOutcome.Failed, $"a warm attachment is not as it was made: {change}")
            : new CheckResult(
                record.EndpointId, null, CheckOutcome.Passed, "a warm attachment: compared with the kernel, no plugin was asked");
    }

    private WarmAttachmentStatus ToStatus(WarmEntry entry)
    {
        var record = journal.Attachments.Find(entry.Id);
        return new WarmAttachmentStatus(
            entry.Id, entry.State.ToString().ToLowerInvariant(),
            [.. record?.KnownAddresses.Select(address => $"{address}") ?? []], record?.HostInterfaceName);
    }
}
