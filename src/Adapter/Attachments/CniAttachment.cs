using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>A record in the words of CNI. Computed anew for every run from the record alone, so that ADD, CHECK and DEL say the same.</summary>
internal sealed class CniAttachment(StagingSandboxes staging)
{
    public Attachment Of(AttachmentRecord record)
    {
        var capabilities = record.Capabilities is { } stored ? JsonObject.Create(stored)! : [];
        if (record.PublishedPorts is { Count: > 0 } ports)
        {
            capabilities[PublishedPorts.Capability] = PublishedPorts.ToCapability(ports);
        }

        return new Attachment(
            record.EndpointId,
            staging.PathOf(record.EndpointId),
            record.InterfaceName,
            [.. record.Arguments.Select(argument => KeyValuePair.Create(argument.Key, argument.Value))],
            (JsonObject)capabilities.DeepClone());
    }

    public static NetworkConfiguration Configuration(AttachmentRecord record) =>
        NetworkConfiguration.Parse(JsonBytes(record.Configuration), $"the configuration recorded for endpoint {record.EndpointId}");

    public static ChainParts Parts(AttachmentRecord record) => ChainParts.Of(Configuration(record), record.RequestedPorts);

    public static CniResult? Result(AttachmentRecord record) =>
        record.Result is { } result ? CniResult.Parse(JsonBytes(result), Configuration(record).CniVersion) : null;

    public static JsonElement ToElement(JsonObject json) => ToElement(Encoding.UTF8.GetBytes(json.ToJsonString()));

    public static JsonElement ToElement(ReadOnlyMemory<byte> utf8Json)
    {
        using var document = JsonDocument.Parse(utf8Json);
        return document.RootElement.Clone();
    }

    private static byte[] JsonBytes(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());
}
