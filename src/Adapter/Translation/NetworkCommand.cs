using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The command that a person should have typed, for error messages.</summary>
internal static class NetworkCommand
{
    public static string Best(NetworkConfiguration network, AttachMode attach) => IpamKind.WhyNotReserve(network) is null ? WithCni(network, attach) : WithNull(network, attach);

    /// <summary>With the CNI network's own IPAM, which chooses when a container starts.</summary>
    public static string WithNull(NetworkConfiguration network, AttachMode attach) =>
        $"docker network create -d cni --ipam-driver null -o {NetworkOptions.CniNetworkKey}={network.Name} {Option(attach)}NETWORK";

    /// <summary>With the CNI network's own IPAM, asked ahead; and its subnets said, without which Docker allows no --ip.</summary>
    public static string WithCni(NetworkConfiguration network, AttachMode attach)
    {
        var subnets = CniSubnet.Offered(network);
        var ipv6 = subnets.Any(subnet => subnet.Subnet.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) ? "--ipv6 " : "";
        return $"docker network create -d cni --ipam-driver cni --ipam-opt {NetworkOptions.CniNetworkKey}={network.Name} -o {NetworkOptions.CniNetworkKey}={network.Name} {Option(attach)}" +
            $"{ipv6}{string.Join(' ', subnets.Select(subnet => $"--subnet {subnet.Subnet} --gateway {subnet.Gateway}"))} NETWORK";
    }

    private static string Option(AttachMode attach) => attach == AttachMode.Sandbox ? $"-o {NetworkOptions.AttachKey}=sandbox " : "";
}
