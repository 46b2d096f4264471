using System.Text.Json.Nodes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The CNI configuration and result of a record.</summary>
internal static class CniRecord
{
    public static NetworkConfiguration Configuration(PluginRecord record) => record.Configuration.Parsed(
        text => NetworkConfiguration.Parse(text, $"the configuration recorded for CNI network {record.CniNetwork}"));

    /// <summary>The chain for an attachment with the reserved addresses.</summary>
    public static NetworkConfiguration Reserved(ReservationRecord record, bool withoutIPv6 = false)
    {
        var source = Configuration(record);
        var chain = record.Chain?.Parsed(
            text => NetworkConfiguration.Parse(text, $"the chain recorded for CNI network {record.CniNetwork}"));
        return Result(record) is { } result
            ? IpamConfiguration.WithReserved(chain ?? source, source, result, withoutIPv6)
            : chain ?? source;
    }

    public static CniResult? Result(PluginRecord record) =>
        record.Result?.Parsed(text => CniResult.Parse(text, Configuration(record).CniVersion));

    /// <summary>The result for the plugins that run in the sandbox, with the name that Docker gave the link.</summary>
    public static CniResult? ResultInSandbox(AttachmentRecord record) =>
        Result(record) is { } result ? Renamed(result, record.InterfaceName, record.NameInSandbox) : null;

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

    /// <summary>The container's interface with the addresses of the result; null when it reports none.</summary>
    public static LinkSnapshot? ReportedLink(AttachmentRecord record) => Result(record)?.Ips is { Count: > 0 } ips
        ? new LinkSnapshot(record.InterfaceName, Mac: "", Mtu: 0, Kind: "")
        {
            Addresses = [.. ips.Select(ip => new LinkAddress($"{ip.Address}", ip.PrefixLength))],
        }
        : null;

    /// <summary>The result of an attachment whose link has been given another MAC.</summary>
    public static RecordedJson? WithMac(AttachmentRecord record, string mac)
    {
        if (Result(record) is not { Json: var json })
            return null;

        foreach (var link in ContainerLinks(json, record.InterfaceName))
            link["mac"] = mac;

        return ToElement(json);
    }

    /// <summary>The entries of a result for the container's interface.</summary>
    public static IEnumerable<JsonObject> ContainerLinks(JsonObject result, string ifname) => (result["interfaces"] as JsonArray ?? [])
        .OfType<JsonObject>().Where(link => (string?)link["name"] == ifname && !string.IsNullOrEmpty((string?)link["sandbox"]));

    public static RecordedJson ToElement(JsonObject json) => RecordedJson.Of(json);

    public static RecordedJson ToElement(ReadOnlyMemory<byte> utf8Json) => RecordedJson.Of(utf8Json);
}
