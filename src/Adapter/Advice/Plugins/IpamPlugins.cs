using static Bridge.Adapter.Advice.Plugins.PodNames;

namespace Bridge.Adapter.Advice.Plugins;

/// <summary>IPAM plugins whose addresses stand in a cluster.</summary>
internal static class IpamPlugins
{
    public static IReadOnlyList<KnownPlugin> Rows { get; } =
    [
        new("calico-ipam",
            "It assigns addresses of Calico's IP pools, in blocks of this node.",
            "The node must be one of Calico's, with access to its datastore.",
            Optional,
            "It works without a pod. Calico's garbage collection may take an address whose owner is no pod for leaked; compare with " +
            "calicoctl ipam check."),
        new("whereabouts",
            "It assigns addresses that are unique in the cluster.",
            "Its kubeconfig must give access to the API server, or to etcd.",
            Optional,
            "It works without a pod, but its reconciler may free addresses whose pod does not exist, while a container still has them. " +
            "Give containers a range of their own with host-local, and exclude it here (\"exclude\"); or stop the reconciler."),
        new("spiderpool",
            "It assigns addresses of a SpiderIPPool.",
            "spiderpool-agent must run on this node.",
            ExistingPod,
            "Without an existing pod ADD fails, because the agent looks the pod up; and its garbage collection frees addresses whose pod " +
            "does not exist."),
        new("nv-ipam",
            "It assigns addresses of an IPPool, in blocks of this node.",
            "nv-ipam-node must run on this node.",
            ExistingPod,
            "Without an existing pod ADD may fail, and its clean-up may free addresses whose pod does not exist."),
    ];
}
