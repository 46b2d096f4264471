using Bridge.Adapter.Attachments;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Reload;

/// <summary>Compares what an attachment should have on the host with what is there, for the stock plugins.</summary>
internal sealed class HostInspection(LinkParts links, BandwidthParts bandwidth, FirewallDump firewall, CniAttachment cni)
{
    /// <summary>A process for each of the firewall's tools.</summary>
    /// <exception cref="IOException">A tool failed or did not answer.</exception>
    public async Task<Ruleset> ReadRulesAsync(CancellationToken cancellationToken) =>
        new(await firewall.ReadByToolAsync(cancellationToken));

    /// <returns>Why an attachment is not to be compared now; null when it is.</returns>
    public string? WhyNot(AttachmentRecord record) => record switch
    {
        { IsWarm: true } => null,
        { SandboxKey: { } key } when !Sandbox.Exists(key) => "its container does not run",
        { SandboxKey: null } => "its container does not run",
        _ => links.IsOnItsWay(record) ? "its interface is on its way to the container" : null,
    };

    /// <param name="record">An attachment in place.</param>
    /// <param name="rules">The firewall; null: its rules are not compared.</param>
    /// <returns>In the order in which they are put back.</returns>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public IReadOnlyList<MissingPart> Missing(AttachmentRecord record, Ruleset? rules)
    {
        var plugin = HostPlugin.Of(record);
        var ran = cni.Parts(record);
        var missing = links.Missing(record, plugin);
        if (missing is [{ Part: HostPart.Interface }])
            return missing; // Without it nothing else matters.

        var others = rules is null ? [] : RuleParts.Missing(record, plugin, ran, rules);
        return [.. missing.Concat(others).Concat(bandwidth.Missing(record, ran) is { } limits ? [limits] : [])
            .OrderBy(part => part.Part)];
    }
}
