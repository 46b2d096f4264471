using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reachability;

/// <summary>The network that is tested.</summary>
/// <param name="Docker">The Docker network.</param>
/// <param name="Cni">The CNI network that it stands for.</param>
internal sealed record TrialSubject(DockerNetwork Docker, NetworkConfiguration Cni)
{
    private const int ShortestId = 4;

    /// <summary>The plugins run in the container's own namespace.</summary>
    public bool IsAttachedInSandbox => Docker.Options.GetValueOrDefault(NetworkOptions.AttachKey) == "sandbox";

    /// <summary>Why containers and their own host do not reach each other, as a sentence; null when they should.</summary>
    public string? WhyApartFromHost => MainPlugin.Of(Cni).Type is "macvlan" or "ipvlan"
        ? $"{MainPlugin.Of(Cni).Type} carries no traffic between a container and its own host"
        : null;

    /// <summary>Why containers and pods of the network do not reach each other, as a sentence; null when they should.</summary>
    public string? WhyApart =>
        Cni.Plugins.Any(plugin => plugin is { Type: "bridge" } && CniSubnet.IsSet(plugin, "portIsolation"))
            ? "the network keeps its members apart (portIsolation of bridge)"
        : Cni.Plugins.Any(plugin => plugin is { Type: "firewall" } && IpamSection.Text(plugin.Json, "ingressPolicy") == "isolated")
            ? "the network keeps its members apart (ingressPolicy of firewall)"
        : Cni.Plugins.Any(plugin => plugin is { Type: "macvlan" } && IpamSection.Text(plugin.Json, "mode") == "private")
            ? "the network keeps its members apart (mode private of macvlan)"
        : null;

    /// <summary>Why there can be no second container and no pod, as a sentence; null when there can.</summary>
    public string? WhyAlone => MainPlugin.Of(Cni).Type == "host-device" ? "host-device gives its device to one container at a time" : null;

    /// <summary>Why no port can be published, as a sentence; null when it can.</summary>
    public string? WhyNoPort => Docker.Internal ? "the network is internal"
        : Cni.Plugins.Any(plugin => plugin.Capabilities.Contains(PublishedPorts.Capability)) ? null
        : $"no plugin of the network publishes ports ({PublishedPorts.Capability})";

    /// <summary>Finds the network that a person means.</summary>
    /// <param name="given">A name or id of a Docker network, or the name of a CNI network; null: the only one.</param>
    /// <param name="driver">The name of cnm-cni's driver.</param>
    /// <param name="networks">Docker's networks, of all drivers.</param>
    /// <param name="contents">The CNI networks.</param>
    /// <exception cref="TrialException">There is no such network, or more than one.</exception>
    public static TrialSubject Find(
        string? given, string driver, IReadOnlyList<DockerNetwork> networks, ConfigurationDirectoryContents contents)
    {
        DockerNetwork[] own = [.. networks.Where(network => network.Driver == driver).OrderBy(network => network.Name)];
        var docker = given is null ? Only(own, driver) : Named(given, driver, own, networks, contents);
        var name = NetworkPairs.StandsFor(docker, contents)
            ?? throw new TrialException($"Docker network {docker.Name} names no CNI network, and this host has several.");
        var cni = contents.Find(name) ?? throw new TrialException(
            $"Docker network {docker.Name} stands for CNI network {name}, which is not there. `cnm-cni networks` lists those that are.");
        return new TrialSubject(docker, cni);
    }

    private static DockerNetwork Only(DockerNetwork[] own, string driver) => own switch
    {
        [var only] => only,
        [] => throw new TrialException(
            $"There is no Docker network of driver {driver} to test. Create one: cnm-cni networks create"),
        _ => throw new TrialException(
            $"There are several Docker networks of driver {driver}: {Names(own)}. Name one: cnm-cni test NETWORK"),
    };

    private static DockerNetwork Named(string given, string driver, DockerNetwork[] own, IReadOnlyList<DockerNetwork> networks,
        ConfigurationDirectoryContents contents)
    {
        if (own.FirstOrDefault(network => network.Name == given) is { } named)
            return named;

        if (own.Where(network => NetworkPairs.StandsFor(network, contents) == given).ToArray() is { Length: > 0 } standing)
        {
            return standing is [var one] ? one : throw new TrialException(
                $"Several Docker networks stand for CNI network {given}: {Names(standing)}. Name one of them.");
        }

        if (given.Length >= ShortestId
            && own.Where(network => network.Id.StartsWith(given, StringComparison.Ordinal)).ToArray() is [var byId])
        {
            return byId;
        }

        if (networks.FirstOrDefault(network => network.Name == given) is { } other)
        {
            throw new TrialException(
                $"Docker network {given} has driver {other.Driver}; cnm-cni tests networks of its own driver {driver}.");
        }

        throw new TrialException(contents.Find(given) is not null
            ? $"No Docker network stands for CNI network {given}. Create one: cnm-cni networks create {given}"
            : $"There is no network {given} of driver {driver}. {(own.Length > 0 ? $"There is {Names(own)}." : "There is none at all.")}");
    }

    private static string Names(IEnumerable<DockerNetwork> networks) => string.Join(", ", networks.Select(network => network.Name));
}

/// <summary>The test could not be run. The message is for the operator.</summary>
internal sealed class TrialException(string message, Exception? cause = null) : Exception(message, cause);
