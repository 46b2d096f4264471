using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>A record in the words of CNI. Computed anew for every run from the record alone, so that ADD, CHECK and DEL say the same.</summary>
internal sealed class CniAttachment(StagingSandboxes staging, AdapterSettings settings)
{
    // As deep as CniInvoker reads: what a plugin has answered must not be refused when it is written down.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    /// <summary>For an IPAM plugin alone. The interface is not there yet; its name only has to be the same in every run.</summary>
    public Attachment Of(ReservationRecord record) => new(
        record.ContainerId,
        staging.PathOf(record.ContainerId),
        InterfaceNames.Sandbox,
        Arguments(record.Arguments),
        record.Capabilities is { } stored ? JsonObject.Create(stored) : null);

    public Attachment Of(AttachmentRecord record) => Of(record, record.InterfaceName);

    /// <summary>For plugins that look into the sandbox, where Docker may have given the link another name.</summary>
    public Attachment InSandbox(AttachmentRecord record) => Of(record, record.SandboxInterfaceName ?? record.InterfaceName);

    public ChainParts Parts(AttachmentRecord record) => ChainParts.Of(
        Configuration(record),
        record.RequestedPorts,
        record.Capabilities?.TryGetProperty(BandwidthLimits.Capability, out _) ?? false,
        record.Attach,
        settings.SandboxPlugins);

    public static NetworkConfiguration Configuration(AttachmentRecord record) =>
        NetworkConfiguration.Parse(JsonBytes(record.Configuration), $"the configuration recorded for endpoint {record.EndpointId}");

    public static NetworkConfiguration Configuration(ReservationRecord record) =>
        NetworkConfiguration.Parse(JsonBytes(record.Configuration), $"the configuration recorded for reservation {record.ContainerId}");

    public static CniResult? Result(AttachmentRecord record) =>
        record.Result is { } result ? CniResult.Parse(JsonBytes(result), Configuration(record).CniVersion) : null;

    public static CniResult? Result(ReservationRecord record) =>
        record.Result is { } result ? CniResult.Parse(JsonBytes(result), Configuration(record).CniVersion) : null;

    /// <summary>The result as <see cref="InSandbox"/> has to see it.</summary>
    public static CniResult? ResultInSandbox(AttachmentRecord record) =>
        Result(record) is { } result ? Renamed(result, record.InterfaceName, record.SandboxInterfaceName ?? record.InterfaceName) : null;

    /// <summary>The same result, in which the container's interface has another name.</summary>
    public static CniResult Renamed(CniResult result, string ifname, string otherIfname)
    {
        if (ifname == otherIfname)
            return result;

        var json = result.Json;
        foreach (var link in ContainerLinks(json, ifname))
            link["name"] = otherIfname;

        return CniResult.FromJson(json, result.CniVersion);
    }

    /// <summary>The same result for an interface that is not to be its container's gateway.</summary>
    public static CniResult WithoutDefaultRoutes(CniResult result)
    {
        var json = result.Json;
        if (json["routes"] is JsonArray routes)
            json["routes"] = new JsonArray([.. routes.Where(route => (string?)route?["dst"] is not ("0.0.0.0/0" or "::/0")).Select(route => route?.DeepClone())]);

        return CniResult.FromJson(json, result.CniVersion);
    }

    /// <summary>The same result for an interface whose addresses are another's.</summary>
    public static CniResult WithoutAddresses(CniResult result)
    {
        var json = result.Json;
        foreach (var field in (string[])["ips", "ip4", "ip6"])
            json.Remove(field);

        return CniResult.FromJson(json, result.CniVersion);
    }

    /// <summary>The entries of a result that mean the container's interface.</summary>
    public static IEnumerable<JsonObject> ContainerLinks(JsonObject result, string ifname) => (result["interfaces"] as JsonArray ?? [])
        .OfType<JsonObject>().Where(link => (string?)link["name"] == ifname && !string.IsNullOrEmpty((string?)link["sandbox"]));

    public static JsonElement ToElement(JsonObject json) => ToElement(Encoding.UTF8.GetBytes(json.ToJsonString()));

    public static JsonElement ToElement(ReadOnlyMemory<byte> utf8Json)
    {
        using var document = JsonDocument.Parse(utf8Json, Reading);
        return document.RootElement.Clone();
    }

    private Attachment Of(AttachmentRecord record, string ifname)
    {
        var capabilities = record.Capabilities is { } stored ? JsonObject.Create(stored)! : [];
        if (record.PublishedPorts is { Count: > 0 } ports)
            capabilities[PublishedPorts.Capability] = PublishedPorts.ToCapability(ports);

        return new Attachment(record.ContainerId, staging.PathOf(record.ContainerId), ifname, Arguments(record.Arguments), (JsonObject)capabilities.DeepClone());
    }

    private static KeyValuePair<string, string>[] Arguments(IReadOnlyList<CniArgument> arguments) =>
        [.. arguments.Select(argument => KeyValuePair.Create(argument.Key, argument.Value))];

    private static byte[] JsonBytes(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());
}
