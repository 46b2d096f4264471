using Bridge.Adapter.Attachments;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>Compares what an attachment should have on the host with what is there, for the stock plugins.</summary>
internal sealed class HostInspection(
    Journal journal, AttachmentGates gates, LinkParts links, BandwidthParts bandwidth, FirewallDump firewall, CniAttachment cni)
{
    /// <summary>Attachments that hold something on the host: those of containers, and warm ones. The oldest first.</summary>
    public IReadOnlyList<AttachmentRecord> All => [.. journal.Attachments.All.Where(IsOnHost).OrderBy(record => record.Since)];

    public static bool IsOnHost(AttachmentRecord record) =>
        record is { Phase: AttachmentPhase.Joined } or { Phase: AttachmentPhase.Added, IsWarm: true }
            && record is { Snapshot: not null, Result: not null };

    /// <summary>Reads the firewall: a process for each of its tools.</summary>
    /// <exception cref="IOException">A tool failed or did not answer.</exception>
    public async Task<HostMoment> ReadAsync(CancellationToken cancellationToken)
    {
        // The records before their gates: an operation that has left its gate in between has changed its record.
        var settled = journal.Attachments.All.Where(record => !gates.IsEntered(record.EndpointId))
            .ToDictionary(record => record.EndpointId, StringComparer.Ordinal);
        return new(new Ruleset(await firewall.ReadByToolAsync(cancellationToken)), settled);
    }

    /// <returns>Why an attachment is not to be compared now; null when it is.</returns>
    public string? WhyNot(AttachmentRecord record) => record switch
    {
        { IsWarm: true } => null,
        { SandboxKey: { } key } when !Sandbox.Exists(key) => "its container does not run",
        { SandboxKey: null } => "its container does not run",
        _ => links.IsOnItsWay(record) ? "its interface is on its way to the container" : null,
    };

    /// <param name="record">An attachment in place.</param>
    /// <param name="rules">The firewall; null, or not whole: its rules are not compared.</param>
    /// <returns>In the order in which they are put back.</returns>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public IReadOnlyList<MissingPart> Missing(AttachmentRecord record, Ruleset? rules)
    {
        var plugin = HostPlugin.Of(record);
        var ran = cni.Parts(record);
        var missing = links.Missing(record, plugin);
        if (missing is [{ Part: HostPart.Interface }])
            return missing; // Without it nothing else matters.

        var others = rules is not { IsWhole: true } ? [] : RuleParts.Missing(record, plugin, ran, rules);
        return [.. missing.Concat(others).Concat(bandwidth.Missing(record, ran) is { } limits ? [limits] : [])
            .OrderBy(part => part.Part)];
    }

    /// <summary>Whether something of the links is missing, or cannot be compared. Starts no process.</summary>
    public bool MayLackLinks(AttachmentRecord record)
    {
        try
        {
            return WhyNot(record) is null && Missing(record, rules: null).Count > 0;
        }
        catch (Exception untold) when (untold is IOException or CniException or CniConfigurationException)
        {
            return true;
        }
    }
}
