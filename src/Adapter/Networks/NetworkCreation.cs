using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// <c>cnm-cni networks create</c>: creates a Docker network for a CNI network, and works out its options. Runs outside of the daemon, which
/// Docker calls meanwhile.
/// </summary>
internal sealed class NetworkCreation(
    IDockerEngine docker, ConfigurationDirectory configurations, AdapterSettings settings, DriverName driver)
{
    /// <returns>The new network's name and id, and its plan.</returns>
    /// <exception cref="CnmException">There is no such CNI network, the name is taken, or the requested IPAM is not possible.</exception>
    /// <exception cref="DockerException">Docker does not answer, or Docker or the driver refuses the network.</exception>
    public async Task<(string Name, string Id, NetworkPlan Plan)> CreateAsync(NetworkRequest request, CancellationToken cancellationToken)
    {
        var contents = configurations.Load();
        if (request.CniNetwork is null && CniNetworks.Offered(contents) is { Count: > 1 } candidates)
        {
            throw new CnmException("there are several CNI networks. Name one: " +
                $"cnm-cni networks create {string.Join(" or ", candidates.Select(candidate => candidate.Name))}");
        }

        var network = CniNetworks.Choose(contents, request.CniNetwork);
        var name = request.Name ?? network.Name;
        var ours = await driver.AskAsync(cancellationToken);
        if ((await docker.NetworksAsync(cancellationToken)).FirstOrDefault(other => other.Name == name) is { } taken)
        {
            throw new CnmException(
                $"a Docker network \"{name}\" exists already ({taken.Id}): {Describe(taken, ours, contents)}. " +
                "Choose another name with --name.");
        }

        var plan = request.Ipam == IpamChoice.Null
            ? NetworkPlan.WithNullIpam(network, settings.SandboxPlugins)
            : NetworkPlan.Of(network, NetworkPlan.IsIPv6Alone(network) && (await docker.VersionAsync(cancellationToken)).HasIPv6Alone,
                settings.SandboxPlugins);
        if (request.Ipam == IpamChoice.Cni && plan.WhyNull is { } reason)
        {
            throw new CnmException(
                $"addresses of CNI network \"{network.Name}\" cannot be reserved ahead: {reason}. Omit --ipam; " +
                "then the IPAM plugin chooses them when a container starts (--ipam null).");
        }

        var wanted = plan.ToDocker(name, ours, request.Options, new Dictionary<string, string>())
            with { Internal = request.Internal };
        return (name, await docker.CreateNetworkAsync(wanted, cancellationToken), plan);
    }

    private static string Describe(DockerNetwork taken, string ours, ConfigurationDirectoryContents contents)
    {
        if (taken.Driver != ours)
            return $"its driver is {taken.Driver}";

        return NetworkPairs.StandsFor(taken, contents) is { } cniNetwork
            ? $"it stands for CNI network \"{cniNetwork}\"{(contents.Find(cniNetwork) is null ? ", which is gone" : "")}"
            : "its CNI network is unknown";
    }
}

/// <summary>The arguments of <c>cnm-cni networks create</c>.</summary>
/// <param name="CniNetwork">The CNI network; null for the only one of the host.</param>
/// <param name="Name">The Docker network's name; null for the CNI network's.</param>
/// <param name="Ipam">How its addresses are chosen.</param>
/// <param name="Internal">As with <c>docker network create --internal</c>.</param>
/// <param name="Options">As with <c>docker network create -o</c>.</param>
internal sealed record NetworkRequest(
    string? CniNetwork, string? Name, IpamChoice Ipam, bool Internal, IReadOnlyDictionary<string, string> Options);

/// <summary>Whether addresses are reserved ahead.</summary>
internal enum IpamChoice
{
    WherePossible,

    /// <summary>Required, so that the command fails where it is not possible: <c>--ipam cni</c>.</summary>
    Cni,

    /// <summary>No: <c>--ipam null</c>.</summary>
    Null,
}
