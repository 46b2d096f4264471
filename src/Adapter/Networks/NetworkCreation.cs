using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>`cnm-cni networks create`: a Docker network for a CNI network, with the options that one would otherwise have to work out.</summary>
/// <param name="docker">Asked from outside of the daemon, so that there is no call which it could be waiting for.</param>
/// <param name="configurations">The CNI networks.</param>
/// <param name="settings">This driver's.</param>
internal sealed class NetworkCreation(IDockerEngine docker, ConfigurationDirectory configurations, AdapterSettings settings)
{
    /// <returns>The new network's name and id, and how it was made.</returns>
    /// <exception cref="CnmException">There is no such CNI network, the name is taken, or addresses cannot be chosen in the way that was
    /// asked for.</exception>
    /// <exception cref="DockerException">Docker does not answer, or it or the driver says no.</exception>
    public async Task<(string Name, string Id, NetworkPlan Plan)> CreateAsync(NetworkWish wish, CancellationToken cancellationToken)
    {
        var contents = configurations.Load();
        if (wish.CniNetwork is null && CniNetworks.Offered(contents) is { Count: > 1 } candidates)
        {
            throw new CnmException($"which CNI network? Say its name: " +
                $"cnm-cni networks create {string.Join(" or ", candidates.Select(candidate => candidate.Name))}");
        }

        var network = CniNetworks.Choose(contents, wish.CniNetwork);
        var name = wish.Name ?? network.Name;
        if ((await docker.NetworksAsync(cancellationToken)).FirstOrDefault(other => other.Name == name) is { } taken)
        {
            throw new CnmException(
                $"there is a Docker network \"{name}\" ({taken.Id}) already: {Describe(taken, contents)}. Choose another name with --name.");
        }

        var plan = wish.Ipam == IpamWish.Null
            ? NetworkPlan.WithNullIpam(network, settings.SandboxPlugins)
            : NetworkPlan.Of(network, NetworkPlan.IsIPv6Alone(network) && await docker.HasIPv6AloneAsync(cancellationToken), settings.SandboxPlugins);
        if (wish.Ipam == IpamWish.Cni && plan.WhyNull is { } reason)
        {
            throw new CnmException(
                $"addresses of CNI network \"{network.Name}\" cannot be reserved ahead: {reason}. Leave --ipam out, " +
                $"then they are chosen when a container starts (--ipam null).");
        }

        var wanted = plan.ToDocker(name, settings.DriverName, wish.Options, new Dictionary<string, string>()) with { Internal = wish.Internal };
        return (name, await docker.CreateNetworkAsync(wanted, cancellationToken), plan);
    }

    private string Describe(DockerNetwork taken, ConfigurationDirectoryContents contents)
    {
        if (taken.Driver != settings.DriverName)
            return $"its driver is {taken.Driver}";

        return NetworkPairs.StandsFor(taken, contents) is { } cniNetwork
            ? $"it stands for CNI network \"{cniNetwork}\"{(contents.Find(cniNetwork) is null ? ", which is gone" : "")}"
            : "which CNI network it stands for is not known";
    }
}
