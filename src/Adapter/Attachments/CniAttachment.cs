using System.Text.Json.Nodes;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>The CNI arguments of a record. Derived from the record alone for every run, so that ADD, CHECK and DEL get the same.</summary>
internal sealed class CniAttachment(StagingSandboxes staging, AdapterSettings settings)
{
    /// <summary>For an IPAM plugin alone. The interface does not exist yet; its name only has to be the same in every run.</summary>
    public Attachment Of(ReservationRecord record) => new(
        record.ContainerId,
        staging.PathOf(record.ContainerId),
        InterfaceNames.Sandbox,
        Arguments(record.Arguments),
        record.Capabilities?.ToObject());

    public Attachment Of(AttachmentRecord record) => Of(record, record.InterfaceName);

    public Attachment Of(PluginRecord record) => record is AttachmentRecord attachment ? Of(attachment) : Of((ReservationRecord)record);

    /// <summary>For plugins that run in the sandbox, where Docker may have renamed the link.</summary>
    public Attachment InSandbox(AttachmentRecord record) => Of(record, record.NameInSandbox);

    public ChainParts Parts(AttachmentRecord record) => ChainParts.Of(
        CniRecord.Configuration(record),
        record.RequestedPorts,
        record.Capabilities?.ToObject()?.ContainsKey(BandwidthLimits.Capability) ?? false,
        record.Attach,
        settings.SandboxPlugins);

    private Attachment Of(AttachmentRecord record, string ifname)
    {
        var capabilities = record.Capabilities?.ToObject() ?? [];
        if (record.PublishedPorts is { Count: > 0 } ports)
            capabilities[PublishedPorts.Capability] = PublishedPorts.ToCapability(ports);

        return new Attachment(record.ContainerId, staging.PathOf(record.ContainerId), ifname, Arguments(record.Arguments),
            capabilities);
    }

    private static KeyValuePair<string, string>[] Arguments(IReadOnlyList<CniArgument> arguments) =>
        [.. arguments.Select(argument => KeyValuePair.Create(argument.Key, argument.Value))];
}
