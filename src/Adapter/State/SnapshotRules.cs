using System.Net;
using System.Text.Json;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.State;

/// <summary>As <see cref="RecordRules"/>, for what the kernel had shown.</summary>
internal static class SnapshotRules
{
    /// <exception cref="JsonException">A field has a value that the kernel does not show.</exception>
    public static void Require(LinkSnapshot? snapshot)
    {
        if (snapshot is null)
            return;

        RecordRules.Require(RecordRules.IsMac(snapshot.Mac), nameof(snapshot.Mac), snapshot.Mac);
        RecordRules.RequireAll(nameof(snapshot.Addresses), snapshot.Addresses, IsAddress);
        RecordRules.RequireAll(nameof(snapshot.Routes), snapshot.Routes, route =>
            route is not null && IPNetwork.TryParse(route.Destination, out _) && (route.Gateway is null || IPAddress.TryParse(route.Gateway, out _)));
        RecordRules.RequireAll(nameof(snapshot.Rules), snapshot.Rules, rule => rule is not null);
        RecordRules.RequireAll(nameof(snapshot.Neighbours), snapshot.Neighbours, neighbour => neighbour is not null && IPAddress.TryParse(neighbour.Address, out _));
        RecordRules.RequireAll(nameof(snapshot.Sysctls), snapshot.Sysctls, sysctl => sysctl is not null);
    }

    private static bool IsAddress(LinkAddress address) =>
        address is not null && IPAddress.TryParse(address.Address, out var ip) && address.PrefixLength >= 0 && address.PrefixLength <= ip.GetAddressBytes().Length * 8;
}
