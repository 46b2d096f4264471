using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>
/// Which records a power cut must not take. Links, namespaces, rules and sysctls end with the kernel; what plugins keep on disk does not:
/// the addresses of IPAM plugins, and whatever a plugin that is not a stock one keeps. DEL frees both, so what DEL is given must be durable
/// before they come into being. Everything else need only survive cnm-cni.
/// </summary>
internal static class Durability
{
    // These find what they keep by the container id.
    private static readonly IReadOnlyList<string> StockIpam = ["host-local", "static"];

    /// <summary>
    /// The intent, before the IPAM plugin runs; a reservation that is restored; and the result, where an IPAM plugin that is not a stock
    /// one may need it.
    /// </summary>
    public static bool IsNeeded(ReservationRecord? from, ReservationRecord to) => from is null
        || (from.Phase == ReservationPhase.Reserving && to.Phase == ReservationPhase.Reserved
            && !PluginsOf(to.Configuration).All(plugin => IpamOf(plugin) is not { } ipam || StockIpam.Contains(ipam)));

    /// <summary>
    /// The intent, before the chain runs, unless the chain has only stock plugins and the address is its reservation's; and, of a chain
    /// with other plugins, everything that DEL is given.
    /// </summary>
    public static bool IsNeeded(AttachmentRecord? from, AttachmentRecord to)
    {
        if (to.Phase == AttachmentPhase.Prepared || to.IsCleanupPending)
            return false; // No plugin has run; or an earlier record leads to the same clean-up.

        var isStock = PluginsOf(to.Configuration).All(plugin => TypeOf(plugin) is { } type && StockPlugins.Contains(type));
        if (from is null or { Phase: AttachmentPhase.Prepared } or { IsCleanupPending: true })
            return !isStock || to.Reserved.Count == 0;

        return !isStock && (from.IsUnfinished ? !to.IsUnfinished : IsDelGivenMore(from, to));
    }

    private static bool IsDelGivenMore(AttachmentRecord from, AttachmentRecord to) =>
        (to.PublishedPorts is { } ports && !ports.SequenceEqual(from.PublishedPorts ?? []))
        || (to.RanInSandbox && (!from.RanInSandbox || to.SandboxInterfaceName != from.SandboxInterfaceName))
        || to.Result?.GetRawText() != from.Result?.GetRawText();

    private static JsonElement[] PluginsOf(JsonElement configuration) =>
        configuration.ValueKind == JsonValueKind.Object && configuration.TryGetProperty("plugins", out var plugins)
        && plugins.ValueKind == JsonValueKind.Array && plugins.GetArrayLength() > 0
            ? [.. plugins.EnumerateArray()]
            : [default]; // Unknown: no stock plugin.

    private static string? IpamOf(JsonElement plugin) =>
        plugin.ValueKind != JsonValueKind.Object ? ""
        : plugin.TryGetProperty("ipam", out var ipam) ? TypeOf(ipam) ?? "" : null;

    private static string? TypeOf(JsonElement plugin) =>
        plugin.ValueKind == JsonValueKind.Object && plugin.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;
}
