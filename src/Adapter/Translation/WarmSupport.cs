using Bridge.Adapter.Cnm;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>Which Docker networks can keep warm attachments, and how many they keep.</summary>
internal static class WarmSupport
{
    // Their values are known before an endpoint exists.
    private static readonly IReadOnlyList<string> KnownAhead =
        [ValueTemplate.ContainerId, ValueTemplate.NetworkId, ValueTemplate.CniNetwork, ValueTemplate.HostName];

    /// <summary>How many warm attachments the network keeps. 0 also where a setting asks for some and the network cannot.</summary>
    public static int Size(NetworkRecord docker, NetworkConfiguration network, AdapterSettings settings) =>
        WhyNot(docker, network, settings.SandboxPlugins) is null ? docker.Warm ?? settings.Warm.Size : 0;

    public static bool Reuses(NetworkRecord docker, AdapterSettings settings) => docker.WarmReuse ?? settings.Warm.Reuse;

    /// <summary>What a warm attachment is made for: of flannel with the lease, so that one of an earlier lease serves nobody.</summary>
    public static RecordedJson ConfigurationOf(NetworkConfiguration network) =>
        CniRecord.ToElement(Delegates.Resolve(network).ToUtf8Json());

    /// <summary>Checks the options of a new Docker network.</summary>
    /// <exception cref="CnmException">It asks for warm attachments, and cannot have any.</exception>
    public static void Require(NetworkRecord docker, NetworkConfiguration network, AdapterSettings settings)
    {
        if (docker.WarmReuse == true && (docker.Warm ?? settings.Warm.Size) == 0)
        {
            throw new CnmException(
                $"option -o {NetworkOptions.ReuseKey}=true needs warm attachments to be used again: add -o {NetworkOptions.WarmKey}=N, " +
                $"with N from 1 to {WarmSettings.Most}.");
        }

        if (docker.Warm > 0 && WhyNot(docker, network, settings.SandboxPlugins) is { } reason)
        {
            throw new CnmException(
                $"option -o {NetworkOptions.WarmKey}={docker.Warm} is not possible for CNI network \"{network.Name}\" " +
                $"({network.Source}): " +
                $"{reason}. Omit it.");
        }
    }

    /// <returns>Null if attachments can be made before a container needs them; otherwise the reason, as the end of a sentence.</returns>
    /// <param name="docker">The Docker network.</param>
    /// <param name="network">The whole chain.</param>
    /// <param name="sandboxPlugins">Plugins that must run in the sandbox, in addition to the stock ones.</param>
    private static string? WhyNot(NetworkRecord docker, NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins)
    {
        var main = MainPlugin.Of(network);
        return docker switch
        {
            { Attach: AttachMode.Sandbox } when WhyNotElsewhere(network, sandboxPlugins) is { } reason => reason,
            { Ipam: IpamMode.Docker } => "Docker's own address management chooses the address when a container starts",
            _ when main.Type == "host-device" => "its plugin host-device moves a device of the host, which only one container can have",
            _ when main.IpamType == IpamConfiguration.Static => "its IPAM plugin static gives every container the same address",
            _ when ChainParts.MainPublishes(network) => $"its plugin {main.Type} publishes ports when it makes the interface",
            _ when PlaceholderOf(docker) is { } placeholder =>
                $"a default of its endpoints contains {{{placeholder}}}, which is known only when a container starts",
            { Ipam: IpamMode.Cni } => network.Plugins.Select(PinsMac).FirstOrDefault(reason => reason is not null),
            _ => null,
        };
    }

    // With cni.attach=sandbox all plugins are to run in the container's own namespace, which does not exist ahead.
    private static string? WhyNotElsewhere(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins) =>
        NetworkSupport.WhyNotStaged(network, sandboxPlugins)
        ?? network.Plugins.Where(plugin => ChainParts.ConfiguresSandbox(plugin, sandboxPlugins))
            .Select(plugin => $"its plugin {plugin.Type} configures the container's own namespace, which does not exist ahead")
            .FirstOrDefault();

    private static string? PlaceholderOf(NetworkRecord docker) => CniArguments.Parse(docker.EndpointDefaults)
        .SelectMany(argument => argument.Value.NamesUsed).FirstOrDefault(name => !KnownAhead.Contains(name));

    // With --ipam-driver cni Docker chooses a MAC for each container, which the link gets when the container starts.
    private static string? PinsMac(PluginConfiguration plugin) => plugin switch
    {
        _ when CniSubnet.IsSet(plugin, "macspoofchk") =>
            "its plugin bridge admits only the MAC of the moment when the interface is made (macspoofchk), and with --ipam-driver cni " +
            "Docker chooses another when a container starts",
        { Type: "tuning" } when plugin.Json["mac"] is not null =>
            "its plugin tuning sets a MAC, and with --ipam-driver cni Docker chooses it",
        _ when !StockPlugins.Contains(plugin.Type) && plugin.Capabilities.Contains("mac") =>
            $"its plugin {plugin.Type} is given the MAC when it runs, and with --ipam-driver cni Docker chooses that when a container " +
            "starts",
        _ => null,
    };
}
