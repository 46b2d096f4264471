using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>Whether the plugins of a recorded configuration are stock ones. A name proves nothing else, and is enough for that.</summary>
/// <param name="IsStock">All plugins of the chain, apart from those that give addresses.</param>
/// <param name="HasStockIpam">All IPAM plugins: they find by the container id what they keep.</param>
internal sealed record ChainOrigin(bool IsStock, bool HasStockIpam)
{
    private static readonly IReadOnlyList<string> StockIpam = ["host-local", "static"];

    public static ChainOrigin Of(JsonElement configuration)
    {
        var plugins = PluginsOf(configuration);
        return new(
            plugins.Length > 0 && plugins.All(plugin => TypeOf(plugin) is { } type && StockPlugins.Contains(type)),
            plugins.Length > 0 && plugins.All(HasNoOtherIpam));
    }

    private static JsonElement[] PluginsOf(JsonElement configuration) =>
        configuration.ValueKind == JsonValueKind.Object && configuration.TryGetProperty("plugins", out var plugins)
        && plugins.ValueKind == JsonValueKind.Array
            ? [.. plugins.EnumerateArray()]
            : [];

    private static bool HasNoOtherIpam(JsonElement plugin) => plugin.ValueKind == JsonValueKind.Object
        && (!plugin.TryGetProperty("ipam", out var ipam) || (TypeOf(ipam) is { } type && StockIpam.Contains(type)));

    private static string? TypeOf(JsonElement plugin) =>
        plugin.ValueKind == JsonValueKind.Object && plugin.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;
}
