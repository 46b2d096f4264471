using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>An attachment as a caller describes it.</summary>
/// <param name="ContainerId">A valid container ID.</param>
/// <param name="NetworkNamespace">A path, or empty.</param>
/// <param name="InterfaceName">At most 15 bytes, whatever their characters.</param>
/// <param name="Arguments">CNI_ARGS.</param>
/// <param name="Capabilities">Capability arguments.</param>
public sealed record WrittenAttachment(
    string ContainerId, string NetworkNamespace, string InterfaceName, IReadOnlyList<KeyValuePair<string, string>> Arguments,
    Json.Fields Capabilities)
{
    public Attachment Make() =>
        new(ContainerId, NetworkNamespace, InterfaceName, Arguments, (JsonObject)JsonText.Parse(Capabilities.Utf8)!);

    public override string ToString() =>
        $"{ContainerId} {NetworkNamespace} {InterfaceName} args={string.Join(';', Arguments)} capabilities={Capabilities}";

    /// <summary>With fewer arguments.</summary>
    internal IEnumerable<WrittenAttachment> Smaller() =>
    [
        .. JsonShrinking.Lists(Arguments, _ => []).Select(fewer => this with { Arguments = fewer }),
        .. JsonShrinking.SmallerFields(Capabilities).Where(fewer => fewer.All.All(field => field.Value.ToString() != "null")).Select(
            fewer => this with { Capabilities = fewer }),
    ];
}
