using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Advice;

/// <summary>
/// One plugin of a file: of the chain, or run by another plugin (<c>delegate</c> of flannel, <c>delegates</c> of multus).
/// </summary>
/// <param name="Json">Its object.</param>
/// <param name="Place">Its JSON path.</param>
/// <param name="RunBy">The plugin that runs it; null in the chain itself.</param>
internal sealed record NetworkPlugin(JsonObject Json, string Place, NetworkPlugin? RunBy)
{
    private const int DeepestDelegate = 8;

    public string Type => LenientJson.Text(Json, "type") ?? (RunBy?.Type == FlannelLease.Plugin ? "bridge" : "");

    public JsonObject? Ipam => Json["ipam"] as JsonObject;

    public string? IpamType => (Ipam is { } ipam ? LenientJson.Text(ipam, "type") : null) is { Length: > 0 } type
        ? type
        : RunBy?.Type == FlannelLease.Plugin ? "host-local" : null;

    /// <summary>The bridge device that it attaches to; null for another plugin.</summary>
    public string? Bridge => Type == "bridge" ? LenientJson.Text(Json, "bridge") is { Length: > 0 } name ? name : "cni0" : null;

    /// <summary>It gives its bridge an address.</summary>
    public bool IsGateway => LenientJson.IsSet(Json, "isGateway") || LenientJson.IsSet(Json, "isDefaultGateway")
        || (RunBy?.Type == FlannelLease.Plugin && Json["isGateway"] is null);

    public bool Is(params ReadOnlySpan<string> types) => types.Contains(Type);

    public static IReadOnlyList<NetworkPlugin> OfList(JsonArray items, string place, NetworkPlugin? runBy) =>
        [.. items.Select((item, index) => (Json: item as JsonObject, Place: $"{place}[{index}]")).Where(item => item.Json is not null)
            .Select(item => new NetworkPlugin(item.Json!, item.Place, runBy))];

    public IEnumerable<NetworkPlugin> WithDelegates() => WithDelegates(0);

    private IEnumerable<NetworkPlugin> WithDelegates(int depth) => depth > DeepestDelegate
        ? [this]
        : Delegates().SelectMany(part => part.WithDelegates(depth + 1)).Prepend(this);

    // A delegate of multus is a plugin or a list of plugins.
    private IEnumerable<NetworkPlugin> Delegates()
    {
        if (Json["delegate"] is JsonObject single)
            yield return new NetworkPlugin(single, $"{Place}.delegate", this);
        else if (Type == FlannelLease.Plugin)
            yield return new NetworkPlugin([], $"{Place}.delegate", this);

        if (Json["delegates"] is not JsonArray several)
            yield break;

        foreach (var part in OfList(several, $"{Place}.delegates", this))
        {
            if (part.Json["plugins"] is not JsonArray list)
                yield return part;
            else
                foreach (var inner in OfList(list, $"{part.Place}.plugins", this))
                    yield return inner;
        }
    }
}
