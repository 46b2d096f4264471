using System.Net;

namespace Bridge.Adapter.HostPorts;

/// <summary>Host addresses of published ports: an IP address, 0.0.0.0 or :: for all of a family, empty for all of both.</summary>
internal static class HostAddresses
{
    /// <summary>Whether there is an address that both mean.</summary>
    public static bool Overlap(string one, string other)
    {
        if (one.Length == 0 || other.Length == 0)
            return true;

        var (first, second) = (IPAddress.Parse(one), IPAddress.Parse(other));
        return first.AddressFamily == second.AddressFamily && (IsAny(first) || IsAny(second) || first.Equals(second));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
