using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// How addresses are requested from an IPAM plugin before the interface exists: by capability, by CNI_ARGS or in the configuration.
/// </summary>
internal static class AddressArguments
{
    private const string Ips = "ips";

    /// <summary>
    /// Addresses go into the capability <c>ips</c> if it is declared; otherwise one goes into CNI_ARGS, several into <c>args.cni.ips</c>.
    /// Never in two of them: host-local would take them for two requests.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="mac">The MAC that Docker chose.</param>
    /// <param name="addresses">In CIDR notation.</param>
    public static (NetworkConfiguration Network, IReadOnlyList<CniArgument> Arguments, JsonObject Capabilities) Of(
        NetworkConfiguration network, string? mac, IReadOnlyList<string> addresses)
    {
        var arguments = new List<CniArgument>();
        var capabilities = new JsonObject();
        if (mac is not null)
            arguments.Add(new CniArgument("MAC", mac));

        if (addresses.Count == 0)
            return (network, arguments, capabilities);

        if (network.Plugins.First(plugin => plugin.IpamType is not null).Capabilities.Contains(Ips))
        {
            capabilities[Ips] = new JsonArray([.. addresses.Select(address => (JsonNode)JsonValue.Create(address))]);
            return (network, arguments, capabilities);
        }

        if (addresses is [var only])
        {
            arguments.Add(new CniArgument("IP", Cidr.BeforePrefix(only)));
            return (network, arguments, capabilities);
        }

        return (IpamConfiguration.WithRequested(network, addresses), arguments, capabilities);
    }

    /// <summary>An attachment for which the IPAM plugin assigns exactly these addresses, whatever its first run requested.</summary>
    /// <param name="network">The network of the first run.</param>
    /// <param name="attachment">The attachment of the first run.</param>
    /// <param name="addresses">In CIDR notation.</param>
    public static (NetworkConfiguration Network, Attachment Attachment) Exactly(NetworkConfiguration network, Attachment attachment,
        IReadOnlyList<string> addresses)
    {
        var capabilities = (JsonObject)attachment.Capabilities.DeepClone();
        capabilities.Remove(Ips);
        var takesList = network.Plugins.First(plugin => plugin.IpamType is not null).Capabilities.Contains(Ips);
        if (takesList)
            capabilities[Ips] = new JsonArray([.. addresses.Select(address => (JsonNode)JsonValue.Create(address))]);

        var arguments = attachment.Arguments.Where(argument => argument.Key != "IP").ToArray();
        return (
            IpamConfiguration.WithRequested(network, takesList ? [] : addresses),
            new Attachment(attachment.ContainerId, attachment.NetworkNamespace, attachment.InterfaceName, arguments, capabilities));
    }

    /// <summary>
    /// The network's default CNI_ARGS, as far as their templates have values before the endpoint exists. The others are omitted here, and
    /// reach the chain.
    /// </summary>
    /// <param name="defaults">Options <c>cni.args.*</c> of the Docker network.</param>
    /// <param name="cniNetwork">The CNI network.</param>
    /// <param name="containerId">The container id of the reservation, instead of the endpoint's id.</param>
    /// <param name="mac">The MAC that Docker chose.</param>
    /// <param name="containerName">Known from Docker 29 on.</param>
    public static IReadOnlyList<CniArgument> Arguments(
        IReadOnlyDictionary<string, string> defaults, string cniNetwork, string containerId, string? mac, string? containerName)
    {
        var known = new EndpointFacts(containerId, containerId, NetworkId: null, Environment.MachineName, containerName)
            .Values(cniNetwork, mac, addresses: []);
        var canBeFilled = CniArguments.Parse(defaults).Where(argument => argument.Value.NamesUsed.All(known.ContainsKey));
        return [.. canBeFilled.Select(argument => new CniArgument(argument.Key, argument.Value.Fill(known, hint: "")))];
    }
}
