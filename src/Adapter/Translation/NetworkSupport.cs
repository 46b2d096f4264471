using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>Which of Docker's options a CNI network supports.</summary>
internal static class NetworkSupport
{
    /// <returns>
    /// Null if the chain can run in a staging namespace and its interface can move to the container afterwards; otherwise the reason, as
    /// the end of a sentence: "...: its IPAM plugin dhcp ...". Such a network needs <c>-o cni.attach=sandbox</c>: the chain runs in the
    /// container's own namespace.
    /// </returns>
    /// <param name="network">The whole chain.</param>
    /// <param name="sandboxPlugins">Plugins that must run in the sandbox, in addition to the stock ones.</param>
    public static string? WhyNotStaged(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins)
    {
        network = Delegates.Resolve(network);
        var main = MainPlugin.Of(network);
        return main switch
        {
            // Once the interface has left the namespace, dhcp never renews its lease, and the server gives the address to another client
            // (plugins/ipam/dhcp/lease.go renews over the link, in the namespace of its ADD).
            _ when network.Plugins.Any(plugin => plugin.IpamType == IpamConfiguration.Dhcp) =>
                "its IPAM plugin dhcp renews a lease only in the namespace in which it got it",
            { Type: "tap" } when main.Json["bridge"] is JsonValue => "its plugin tap looks for the bridge in the container's own namespace",
            { Type: "macvlan" or "ipvlan" or "vlan" } when CniSubnet.IsSet(main, "linkInContainer") =>
                $"its plugin {main.Type} looks for the master in the container's own namespace (linkInContainer)",

            // It makes the interface, so it cannot wait for the interface to arrive in the sandbox.
            _ when ChainParts.RunsInSandbox(main, sandboxPlugins) =>
                $"its plugin {main.Type}, which makes the interface, must run in the container's own namespace",
            _ => null,
        };
    }

    public static AttachMode BestAttachMode(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins) =>
        WhyNotStaged(network, sandboxPlugins) is null ? AttachMode.Staging : AttachMode.Sandbox;

    /// <exception cref="CnmException">The chain would run in a staging namespace and cannot.</exception>
    public static void RequireAttachMode(
        AttachMode attach, NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins, string driver)
    {
        if (attach == AttachMode.Staging && WhyNotStaged(network, sandboxPlugins) is { } reason)
        {
            throw new CnmException(
                $"CNI network \"{network.Name}\" ({network.Source}) must be attached directly in the container's namespace, because " +
                $"{reason}. Run its plugins there: {NetworkCommand.Best(driver, network, AttachMode.Sandbox)} " +
                "(for Docker 28 or newer, and for docker network connect to a running container on every engine)");
        }
    }

    /// <returns>
    /// Null if the IPAM plugin can reserve addresses before the interface exists, as <c>--ipam-driver cni</c> does; otherwise the reason,
    /// as the end of a sentence: "..., because its IPAM plugin dhcp ...". Such a network needs <c>--ipam-driver null</c>: the whole chain
    /// runs before Docker learns the address.
    /// </returns>
    public static string? WhyNotReserved(NetworkConfiguration network)
    {
        network = Delegates.Resolve(network);
        var main = MainPlugin.Of(network);
        return main switch
        {
            _ when Delegates.WhyUnknown(network) is { } unknown => unknown,
            _ when UnstatedSubnets.WhyAgents(main) is { } agents => agents,
            { IpamType: null } => $"its plugin {main.Type} has no ipam section",
            { IpamType: IpamConfiguration.Dhcp } =>
                "its IPAM plugin dhcp takes its lease from the container's own namespace, which does not exist yet",

            // CniRuntime.AllocateAsync, like every runtime, runs the first IPAM plugin of the chain.
            _ when network.Plugins.First(plugin => plugin.IpamType is not null) is var first && first != main =>
                $"its plugin {first.Type} has an ipam section before that of {main.Type}",

            // Docker chooses the MAC of an endpoint whose address it requests ahead (RequiresMACAddress).
            { Type: "ipvlan" } => "links of ipvlan share their parent's MAC, and Docker would choose another",
            _ when CniSubnet.Of(network).Count == 0 => UnstatedSubnets.WhyNot(main),
            _ => null,
        };
    }
}

/// <summary>The `docker network create` command for a CNI network, for error texts.</summary>
internal static class NetworkCommand
{
    public static string Best(string driver, NetworkConfiguration network, AttachMode attach) =>
        NetworkSupport.WhyNotReserved(network) is null ? WithCni(driver, network, attach) : WithNull(driver, network, attach);

    /// <summary>With <c>--ipam-driver null</c>: the CNI network's own IPAM chooses when a container starts.</summary>
    public static string WithNull(string driver, NetworkConfiguration network, AttachMode attach) =>
        $"docker network create -d {driver} --ipam-driver null -o {NetworkOptions.CniNetworkKey}={network.Name} {Option(attach)}NETWORK";

    /// <summary>With <c>--ipam-driver cni</c>, and with the subnets: without <c>--subnet</c> Docker before 29.0.4 refuses --ip.</summary>
    /// <param name="driver">The driver's name.</param>
    /// <param name="network">The CNI network.</param>
    /// <param name="attach">Where its plugins run.</param>
    /// <param name="withIPv6">With IPv6 also where it is not known whether the network has any.</param>
    public static string WithCni(string driver, NetworkConfiguration network, AttachMode attach, bool withIPv6 = false)
    {
        var subnets = withIPv6 ? CniSubnet.Pools(network) : CniSubnet.Offered(network);
        var ipv6 = subnets.Any(subnet => subnet.Family == AddressFamily.InterNetworkV6) ? "--ipv6 " : "";
        return $"docker network create -d {driver} --ipam-driver {driver} --ipam-opt {NetworkOptions.CniNetworkKey}={network.Name} " +
            $"-o {NetworkOptions.CniNetworkKey}={network.Name} {Option(attach)}" +
            $"{ipv6}{string.Join(' ', subnets.Select(Pool))} NETWORK";
    }

    private static string Pool(CniSubnet subnet) =>
        subnet.KnownGateway is { } gateway ? $"--subnet {subnet.Subnet} --gateway {gateway}" : $"--subnet {subnet.Subnet}";

    private static string Option(AttachMode attach) => attach == AttachMode.Sandbox ? $"-o {NetworkOptions.AttachKey}=sandbox " : "";
}
