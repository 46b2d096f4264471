namespace Bridge.Adapter.Advice.Plugins;

/// <summary>What a plugin does with the names of a pod in CNI_ARGS (K8S_POD_NAMESPACE, K8S_POD_NAME).</summary>
internal enum PodNames
{
    /// <summary>It does not read them.</summary>
    Ignored,

    /// <summary>It works without them; with them, the pod must exist.</summary>
    Optional,

    /// <summary>They must be there; any names will do that no other container has.</summary>
    AnyNames,

    /// <summary>They must name a pod that exists.</summary>
    ExistingPod,
}

/// <summary>A row of docs/plugins.md, which is also a note on every network with the plugin.</summary>
/// <param name="Type">The plugin's type.</param>
/// <param name="Works">What works.</param>
/// <param name="Needs">What it needs on the host or in the cluster.</param>
/// <param name="Identity">What it does with the names of a pod.</param>
/// <param name="WithoutPod">What happens with a container that is no pod, and what to do.</param>
internal sealed record KnownPlugin(string Type, string Works, string Needs, PodNames Identity, string WithoutPod)
{
    private const string OfPod = "-o cni.args.K8S_POD_NAMESPACE=NAMESPACE -o cni.args.K8S_POD_NAME=POD";

    /// <summary>What the row is called where the type alone is not enough, as in "ptp (kindnet)".</summary>
    public string Title { get; init; } = Type;

    /// <summary>Whether a plugin of that type is the one that is meant.</summary>
    public Func<NetworkPlugin, bool> Fits { get; init; } = _ => true;

    public string IdentityText => Identity switch
    {
        PodNames.Ignored => "not read",
        PodNames.Optional => "optional; a named pod must exist",
        PodNames.AnyNames => "required; any names of its own",
        _ => "required; of an existing pod",
    };

    /// <summary>The note: what happens here, and what to do.</summary>
    public string Sentence => $"plugin {Title}: {WithoutPod}{Remedy} {Needs}";

    private string Remedy => Identity switch
    {
        PodNames.AnyNames => " cnm-cni gives each container names of its own.",
        PodNames.ExistingPod => $" Name a pod with {OfPod}.",
        _ => "",
    };
}

/// <summary>All rows.</summary>
internal static class KnownPlugins
{
    public static IReadOnlyList<KnownPlugin> All { get; } =
        [.. ClusterNetworks.Rows, .. CloudNetworks.Rows, .. MetaPlugins.Rows, .. IpamPlugins.Rows, .. DevicePlugins.Rows];

    /// <summary>The rows for a plugin and for its IPAM plugin.</summary>
    public static IEnumerable<KnownPlugin> Of(NetworkPlugin plugin) => new[] { plugin.Type, plugin.IpamType }.OfType<string>()
        .Select(type => All.FirstOrDefault(known => known.Type == type && known.Fits(plugin))).OfType<KnownPlugin>();
}
