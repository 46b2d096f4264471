using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The CNI configuration and result of a record.</summary>
internal static class CniRecord
{
    // As deep as CniInvoker reads: every result that it accepts can be recorded.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    public static NetworkConfiguration Configuration(PluginRecord record) => NetworkConfiguration.Parse(
        JsonBytes(record.Configuration),
        $"the configuration recorded for {(record is AttachmentRecord ? "endpoint" : "reservation")} {record.Id}");

    public static CniResult? Result(PluginRecord record) =>
        record.Result is { } result ? CniResult.Parse(JsonBytes(result), Configuration(record).CniVersion) : null;

    /// <summary>The result for the plugins that run in the sandbox, with the name that Docker gave the link.</summary>
    public static CniResult? ResultInSandbox(AttachmentRecord record) =>
        Result(record) is { } result ? Renamed(result, record.InterfaceName, record.SandboxInterfaceName ?? record.InterfaceName) : null;

    /// <summary>The result with another name of the container's interface.</summary>
    public static CniResult Renamed(CniResult result, string ifname, string otherIfname)
    {
        if (ifname == otherIfname)
            return result;

        var json = result.Json;
        foreach (var link in ContainerLinks(json, ifname))
            link["name"] = otherIfname;

        return CniResult.FromJson(json, result.CniVersion);
    }

    /// <summary>The result for an interface that is not its container's gateway.</summary>
    public static CniResult WithoutDefaultRoutes(CniResult result)
    {
        var json = result.Json;
        if (json["routes"] is JsonArray routes)
            json["routes"] = new JsonArray(
                [.. routes.Where(route => (string?)route?["dst"] is not ("0.0.0.0/0" or "::/0")).Select(route => route?.DeepClone())]);

        return CniResult.FromJson(json, result.CniVersion);
    }

    /// <summary>The result for an interface whose addresses belong to another container.</summary>
    public static CniResult WithoutAddresses(CniResult result)
    {
        var json = result.Json;
        foreach (var field in (string[])["ips", "ip4", "ip6"])
            json.Remove(field);

        return CniResult.FromJson(json, result.CniVersion);
    }

    /// <summary>The entries of a result for the container's interface.</summary>
    public static IEnumerable<JsonObject> ContainerLinks(JsonObject result, string ifname) => (result["interfaces"] as JsonArray ?? [])
        .OfType<JsonObject>().Where(link => (string?)link["name"] == ifname && !string.IsNullOrEmpty((string?)link["sandbox"]));

    public static JsonElement ToElement(JsonObject json) => ToElement(Encoding.UTF8.GetBytes(json.ToJsonString()));

    public static JsonElement ToElement(ReadOnlyMemory<byte> utf8Json)
    {
        using var document = JsonDocument.Parse(utf8Json, Reading);
        return document.RootElement.Clone();
    }

    private static byte[] JsonBytes(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());
}
