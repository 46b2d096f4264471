using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>Whether addresses of a CNI network can be had before the interface is there, which is what <c>--ipam-driver cni</c> does.</summary>
internal static class IpamKind
{
    /// <returns>Null when its IPAM plugin can reserve ahead; otherwise the reason, as the end of a sentence: "…, because its IPAM plugin
    /// dhcp …". Such a network is for <c>--ipam-driver null</c>, with which the whole chain runs before Docker learns the
    /// address.</returns>
    public static string? WhyNotReserve(NetworkConfiguration network)
    {
        var main = MainPlugin.Of(network);
        return main switch
        {
            { IpamType: null } => $"its plugin {main.Type} has no ipam section",
            { IpamType: IpamConfiguration.Dhcp } => "its IPAM plugin dhcp takes its lease from the container's own namespace, which is not there yet",
            // Whoever runs the IPAM plugin of a network alone takes the first that there is.
            _ when network.Plugins.First(plugin => plugin.IpamType is not null) is var first && first != main =>
                $"its plugin {first.Type} has an ipam section before that of {main.Type}",
            // Docker chooses the MAC of an endpoint whose address it asks for ahead.
            { Type: "ipvlan" } => "links of ipvlan share their parent's MAC, and Docker would choose another",
            _ when CniSubnet.Of(network).Count == 0 => $"its configuration does not tell which subnet the IPAM plugin {main.IpamType} hands out",
            _ => null,
        };
    }
}
