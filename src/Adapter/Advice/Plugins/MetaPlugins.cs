using static Bridge.Adapter.Advice.Plugins.PodNames;

namespace Bridge.Adapter.Advice.Plugins;

/// <summary>Plugins that run others, or are chained behind one that makes the interface.</summary>
internal static class MetaPlugins
{
    private const string InSandbox = "the setting sandboxPlugins must name the plugin: it has to run in the container's own namespace";

    public static IReadOnlyList<KnownPlugin> Rows { get; } =
    [
        new("multus",
            "The container gets the default network: \"clusterNetwork\", or the first of \"delegates\".",
            "The plugins of its default network must be installed.",
            Optional,
            "Without a pod there are no further networks, because those stand in annotations of pods. Make a Docker network for each."),
        new("multus-shim",
            "The daemon attaches the container to its default network.",
            "The multus daemon must run on this node, and finds the networks and plugins in its own container.",
            ExistingPod,
            "Without names the daemon refuses ADD, and it asks the API server for the pod. To do without one, use the file of the " +
            "default network itself."),
        new("genie",
            "It reads from the pod's annotation which plugin to run.",
            "It needs access to the API server, and the plugins that it runs. CNI-Genie is no longer maintained.",
            ExistingPod,
            "Without an existing pod ADD may fail. To do without one, use the file of the chosen network itself."),
        new("istio-cni",
            "It redirects the traffic of pods with a sidecar.",
            "It belongs behind the plugin that makes the interface, and needs its kubeconfig for every container.",
            Optional,
            $"It skips what is no pod. For a container with the names of a pod, {InSandbox}."),
        new("linkerd-cni",
            "It redirects the traffic of pods with a proxy.",
            "It belongs behind the plugin that makes the interface.",
            Optional,
            $"It skips what is no pod. For a container with the names of a pod, {InSandbox}."),
        new("kuma-cni",
            "It redirects the traffic of pods with a sidecar.",
            "It belongs behind the plugin that makes the interface.",
            Optional,
            $"It skips what is no pod. For a container with the names of a pod, {InSandbox}."),
        new("consul-cni",
            "It redirects the traffic of pods with a sidecar.",
            "It belongs behind the plugin that makes the interface.",
            ExistingPod,
            $"Without an existing pod ADD may fail: it asks the API server for the pod. With one, {InSandbox}."),
        new("ifacer",
            "It makes the VLAN or bond on the host that the next plugin builds on, and leaves it there.",
            "The host must have the links in \"interfaces\".",
            Ignored,
            "It works without a pod."),
        new("coordinator",
            "It sets routes and checks addresses in the container's namespace.",
            "spiderpool-agent must run on this node.",
            ExistingPod,
            $"Without an existing pod ADD may fail. With one, {InSandbox}."),
        new("tc-redirect-tap",
            "It passes all traffic of the interface to a tap device for a virtual machine.",
            "The container must run the virtual machine, which opens the tap device. The tap device must be made where it is used: " +
            "create the Docker network with -o cni.attach=sandbox.",
            Ignored,
            "It works without a pod. Processes of the container itself get no traffic over the interface."),
    ];
}
