using static Bridge.Adapter.Advice.Plugins.PodNames;

namespace Bridge.Adapter.Advice.Plugins;

/// <summary>Plugins of cluster networks that run on any host.</summary>
internal static class ClusterNetworks
{
    public static IReadOnlyList<KnownPlugin> Rows { get; } =
    [
        new("flannel",
            "Containers get addresses of this node's lease and reach pods on every node.",
            "flanneld must run on this node: it writes /run/flannel/subnet.env. The plugins of \"delegate\" must be installed (bridge " +
            "and host-local, unless it names others).",
            Ignored,
            "It works without a pod."),
        new("calico",
            "Containers get an address of an IP pool, routes and a workload endpoint.",
            "calico-node must run on this node, and etcd must answer.",
            Optional,
            "It works without a pod: policies find the endpoint by its profile, which has the name of the CNI network.")
        {
            Title = "calico (etcd)",
            Fits = plugin => LenientJson.Text(plugin.Json, "datastore_type") == "etcdv3"
                || (plugin.Json["etcd_endpoints"] is not null && plugin.Json["datastore_type"] is null),
        },
        new("calico",
            "Containers get an address of an IP pool, routes and a workload endpoint.",
            "calico-node must run on this node, and the file in kubernetes.kubeconfig must give access to the API server.",
            ExistingPod,
            "Without an existing pod ADD fails, because a workload endpoint in the Kubernetes datastore belongs to a pod.")
        {
            Title = "calico (Kubernetes)",
        },
        new("cilium-cni",
            "The agent assigns the address and the routes; containers reach pods and services.",
            "cilium-agent must run on this node.",
            Optional,
            "Without a pod the endpoint has no pod labels and stays in the identity reserved:init: policies that select pods do not " +
            "apply to it, and where policy is enforced always its traffic may be denied. Allow reserved:init in a cluster-wide policy."),
        new("antrea",
            "The agent assigns an address of this node's pod subnet; an ipam section of host-local needs no range.",
            "antrea-agent must run on this node.",
            AnyNames,
            "It needs names, not the pod. When antrea-agent restarts it removes the interfaces whose pods the API server does not have: " +
            "restart those containers afterwards."),
        new("ovn-k8s-cni-overlay",
            "OVN-Kubernetes assigns the address in an annotation of the pod.",
            "ovnkube-node must run on this node.",
            ExistingPod,
            "Without an existing pod ADD fails: it waits for the annotation until its time-out."),
        new("kube-ovn",
            "kube-ovn-controller assigns the address in an annotation of the pod.",
            "kube-ovn-cni must run on this node (its socket: server_socket).",
            ExistingPod,
            "Without an existing pod ADD fails: it waits for the annotation until its time-out."),
        new("weave-net",
            "The router assigns the address; containers reach pods on every node.",
            "The Weave Net router must run on this node. Weave Net is no longer maintained.",
            Ignored,
            "It works without a pod. weave-npc, where it runs, may drop traffic to containers that are no pods."),
        new("bridge",
            "kube-router writes this node's pod subnet into the file and announces it to the other nodes.",
            "kube-router must run on this node.",
            Ignored,
            "It works without a pod; network policies select pods only. If the subnet in the file changes, create the Docker network " +
            "again.")
        {
            Title = "bridge (kube-router)",
            Fits = plugin => plugin.Bridge == "kube-bridge",
        },
        new("ptp",
            "kindnetd writes this node's pod subnet into the file and sets the routes to the other nodes.",
            "kindnetd must run on this node.",
            Ignored,
            "It works without a pod. If the subnet in the file changes, create the Docker network again.")
        {
            Title = "ptp (kindnet)",
            Fits = plugin => plugin.Ipam is { } ipam && LenientJson.Text(ipam, "dataDir") == "/run/cni-ipam-state",
        },
        new("hybridnet",
            "The daemon assigns the address that the manager has for the pod.",
            "hybridnet-daemon must run on this node (its socket: server_socket).",
            ExistingPod,
            "Without an existing pod ADD may fail: the daemon waits for the pod's address."),
        new("openshift-sdn",
            "The node process assigns the address and the flows of the pod's project.",
            "openshift-sdn-node must run on this node.",
            ExistingPod,
            "Without an existing pod ADD may fail: the node process looks for the pod and its project."),
        new("contrail-k8s-cni",
            "The vRouter agent assigns the address that the controller has for the pod.",
            "contrail-vrouter-agent must run on this node.",
            ExistingPod,
            "Without an existing pod ADD may fail: the agent waits for what the controller knows of the pod."),
        new("nsx",
            "NSX Container Plugin makes a segment port for the pod.",
            "nsx-node-agent must run on this node.",
            ExistingPod,
            "Without an existing pod ADD may fail: the agent waits for the port that NCP makes for a pod."),
        new("nuage-cni-k8s",
            "VSP makes a port of the policy domain for the pod.",
            "The Nuage VRS must run on this node.",
            ExistingPod,
            "Without an existing pod ADD may fail: VSP resolves the port by the pod."),
        new("coil",
            "coild assigns an address of a pool by the pod's namespace, and a route.",
            "coild must run on this node.",
            ExistingPod,
            "Without an existing pod ADD may fail: coild reads the namespace's pool and the pod."),
    ];
}
