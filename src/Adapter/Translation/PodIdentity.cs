using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Arguments that name a pod, for plugins that need a name although they look for no pod behind it: those of AWS and Azure name the host's
/// end of the pair after it, Antrea's agent the entry of its store. Plugins that do look for the pod (Calico with the Kubernetes datastore,
/// OVN-Kubernetes, kube-ovn, spiderpool) get none: Calico's attaches a container without a name as one that is no pod, the others need a
/// real one.
/// </summary>
internal static class PodIdentity
{
    /// <summary>The plugins that are given names.</summary>
    public static IReadOnlyList<string> NeedingName { get; } = ["antrea", "aws-cni", "azure-vnet", "azure-vnet-ipvlan"];

    private static readonly IReadOnlyDictionary<string, string> Arguments = new Dictionary<string, string>
    {
        [$"{CniArguments.Prefix}K8S_POD_NAMESPACE"] = "docker",
        [$"{CniArguments.Prefix}K8S_POD_NAME"] = $"{{{ValueTemplate.ContainerId}}}",
        [$"{CniArguments.Prefix}K8S_POD_INFRA_CONTAINER_ID"] = $"{{{ValueTemplate.ContainerId}}}",
    };

    /// <summary>The defaults of a Docker network's endpoints, with those arguments that its chain needs and nobody has set.</summary>
    /// <param name="defaults">As given to <c>docker network create</c>.</param>
    /// <param name="network">The CNI network.</param>
    public static IReadOnlyDictionary<string, string> Complete(IReadOnlyDictionary<string, string> defaults, NetworkConfiguration network)
    {
        if (!network.Plugins.Any(plugin => NeedingName.Contains(plugin.Type)))
            return defaults;

        var completed = defaults.ToDictionary();
        var given = defaults.Keys.Select(CniArguments.Canonical).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, value) in Arguments.Where(argument => !given.Contains(argument.Key)))
            completed[key] = value;

        return completed;
    }
}
