using static Bridge.Adapter.Advice.Plugins.PodNames;

namespace Bridge.Adapter.Advice.Plugins;

/// <summary>Plugins that attach to the network of a cloud, and work on its machines alone.</summary>
internal static class CloudNetworks
{
    public static IReadOnlyList<KnownPlugin> Rows { get; } =
    [
        new("aws-cni",
            "ipamd assigns an address of the VPC.",
            "The host must be an EC2 instance on which aws-node (ipamd) runs.",
            AnyNames,
            "It needs names, not the pod: the host link is named after them, and a second container with the same names, or with none, " +
            "may take the link of the first. What is configured at pods (security groups, for example) does not apply."),
        new("egress-cni",
            "It gives a pod of the other IP family a way out.",
            "It belongs behind aws-cni.",
            Ignored,
            "It works without a pod."),
        new("azure-vnet",
            "It assigns an address of the virtual network.",
            "The host must be an Azure machine with free addresses on its interface.",
            AnyNames,
            "It needs names, not the pod: ADD is refused without them. In clusters in which azure-cns assigns addresses to pods it may " +
            "refuse names that it does not know."),
        new("terway",
            "The daemon assigns an address or a network interface of the VPC.",
            "The host must be an Alibaba Cloud machine on which the Terway daemon runs.",
            ExistingPod,
            "Without an existing pod ADD fails: the daemon asks the API server for the pod."),
    ];
}
