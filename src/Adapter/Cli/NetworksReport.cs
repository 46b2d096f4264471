using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Adapter.Advice.Rules;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Cli;

/// <summary>The listing of CNI networks for people.</summary>
internal static class NetworksReport
{
    public static void Write(NetworksListing listing, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(listing, NetworksJson.Default.NetworksListing));
            return;
        }

        WriteNetworks(listing, output);
        WriteLost(listing, output);
        listing.Directories?.WriteTo(output);
        NetworksAdvice.Write(listing.Notes, output);
        foreach (var note in Notes(listing))
        {
            output.WriteLine();
            output.WriteLine(note);
        }
    }

    /// <summary>One line for each Docker network, and one for a CNI network that has none.</summary>
    private static void WriteNetworks(NetworksListing listing, TextWriter output)
    {
        if (listing.Networks.Count == 0)
        {
            output.WriteLine("No CNI networks.");
            return;
        }

        var table = new TextTable("CNI NETWORK", "SUBNETS", "PLUGINS", "FILE", "DOCKER NETWORK", "IPAM", "ID", "PROBLEM");
        foreach (var network in listing.Networks)
        {
            var subnets = string.Join(", ", network.Subnets.Select(subnet => subnet.Subnet));
            foreach (var docker in network.DockerNetworks.DefaultIfEmpty())
            {
                table.Add(
                    network.Name,
                    subnets,
                    string.Join(", ", network.Plugins),
                    network.File,
                    listing.DockerProblem is null ? docker?.Name : "?",
                    docker?.IpamDriver,
                    docker is null ? null : DockerId.Short(docker.Id),
                    Join(network.Problem, docker?.Problem));
            }
        }

        table.WriteTo(output);
    }

    private static string? Join(params IEnumerable<string?> problems) =>
        string.Join("; ", problems.OfType<string>()) is { Length: > 0 } joined ? joined : null;

    private static void WriteLost(NetworksListing listing, TextWriter output)
    {
        if (listing.Lost.Count == 0)
            return;

        output.WriteLine();
        output.WriteLine("Docker networks whose CNI network is not there (no container can be started on them):");
        var table = new TextTable("DOCKER NETWORK", "CNI NETWORK", "IPAM", "ID");
        foreach (var network in listing.Lost)
            table.Add(network.Name, network.CniNetwork, network.IpamDriver, DockerId.Short(network.Id));

        table.WriteTo(output);
    }

    private static IEnumerable<string> Notes(NetworksListing listing)
    {
        foreach (var overlap in listing.Overlaps)
            yield return overlap;

        foreach (var network in listing.NotOffered)
            yield return $"Not offered: {network.File}: {network.Message}, so no container can be on it.";

        foreach (var problem in listing.ConfigurationProblems)
            yield return $"Not used: {problem.File}: {problem.Message}";

        foreach (var warning in listing.Warnings)
            yield return $"Warning: {warning.File}: {warning.Message}";

        if (listing.DockerProblem is { } silence)
            yield return $"Which Docker networks there are is not known: {silence}";
        else if (listing.Networks.FirstOrDefault(network => network is { DockerNetworks.Count: 0, Problem: null }
            && listing.Notes.All(note => note.Severity != "error" || note.File != network.File)) is { } unused)
        {
            yield return $"Make a Docker network: {Names.CreateCommand(unused.Name)}";
        }
    }
}

/// <summary>What <c>cnm-cni networks</c> shows.</summary>
/// <param name="DockerProblem">Why Docker could not be asked, so that nothing is known of its networks; null when it could.</param>
/// <param name="Networks">Every CNI network of the host, in the order in which runtimes read their files.</param>
/// <param name="Lost">Docker networks whose CNI network is gone, or is not known.</param>
/// <param name="Overlaps">Subnets that several networks have in common. A sentence each.</param>
/// <param name="NotOffered">Files of CNI networks that no container can be on, such as <c>lo</c>, and why.</param>
/// <param name="ConfigurationProblems">CNI configuration files that are not used, and why.</param>
internal sealed record NetworksListing(
    string? DockerProblem,
    IReadOnlyList<ListedNetwork> Networks,
    IReadOnlyList<LostNetwork> Lost,
    IReadOnlyList<string> Overlaps,
    IReadOnlyList<ListedProblem> NotOffered,
    IReadOnlyList<ListedProblem> ConfigurationProblems)
{
    public static NetworksListing Of(
        ConfigurationDirectoryContents contents, IReadOnlyList<DockerNetwork> networks, PluginPath plugins, string? dockerProblem)
    {
        var pairs = NetworkPairs.Of(contents, networks);
        return new NetworksListing(
            dockerProblem,
            [.. pairs.Known.Select(pair => new ListedNetwork(
                pair.Cni.Name,
                pair.Cni.Source,
                [.. CniSubnet.Of(pair.Cni)
                    .Select(subnet => new ListedSubnet(subnet.Subnet.ToString(), subnet.HasGateway ? subnet.Gateway.ToString() : null))],
                [.. pair.Cni.Plugins.Select(plugin => plugin.Type)],
                IpamSection.TypeOf(pair.Cni),
                NetworkSupport.WhyNotReserved(pair.Cni),
                Problem(pair.Cni, plugins),
                [.. pair.Docker.Select(
                    docker =>
                    new ListedDockerNetwork(docker.Id, docker.Name, docker.IpamDriver, AutoNetworks.IsAuto(docker),
                    NetworkPairs.Outdated(docker, pair.Cni)))]))],
            [.. pairs.Lost.Select(pair => new LostNetwork(pair.Docker.Id, pair.Docker.Name, pair.Docker.IpamDriver, pair.CniNetwork))],
            SharedSubnets.Sentences([.. pairs.Known.Select(pair => pair.Cni)]),
            [.. contents.Networks.Select(network => (network.Source, Reason: MainPlugin.WhyNotAttachable(network)))
                .Where(network => network.Reason is not null)
                .Select(network => new ListedProblem(network.Source, network.Reason!))],
            [.. contents.Problems.Select(problem => new ListedProblem(problem.File, problem.Message))])
        {
            Warnings = [.. contents.Warnings.Select(warning => new ListedProblem(warning.File, warning.Message))],
        };
    }

    /// <summary>What is odd about CNI configuration files that are used.</summary>
    public IReadOnlyList<ListedProblem> Warnings { get; init; } = [];

    /// <summary>The container runtimes and their directories.</summary>
    public ListedDirectories? Directories { get; init; }

    /// <summary>What <see cref="NetworksAdvice"/> says of them.</summary>
    public IReadOnlyList<ListedNote> Notes { get; init; } = [];

    /// <summary>Plugins that are not installed. Whether they can serve the network is asked when a Docker network is made.</summary>
    private static string? Problem(NetworkConfiguration network, PluginPath plugins)
    {
        foreach (var type in network.Plugins.SelectMany(plugin => new[] { plugin.Type, plugin.IpamType }).OfType<string>())
        {
            try
            {
                plugins.Find(type);
            }
            catch (CniException missing)
            {
                return missing.Msg;
            }
        }

        return null;
    }
}

/// <param name="Name">The CNI network's name.</param>
/// <param name="File">Where it is configured.</param>
/// <param name="Subnets">What it declares; empty when only its IPAM plugin knows.</param>
/// <param name="Plugins">The chain's plugin types, in order.</param>
/// <param name="Ipam">The IPAM plugin's type.</param>
/// <param name="WhyNotReserved">Why Docker cannot be told addresses ahead (<c>--ipam-driver cni</c>); null when it can.</param>
/// <param name="Problem">Why no container can be attached, as far as can be seen without running its plugins.</param>
/// <param name="DockerNetworks">The Docker networks that stand for it.</param>
internal sealed record ListedNetwork(
    string Name,
    string File,
    IReadOnlyList<ListedSubnet> Subnets,
    IReadOnlyList<string> Plugins,
    string? Ipam,
    string? WhyNotReserved,
    string? Problem,
    IReadOnlyList<ListedDockerNetwork> DockerNetworks);

/// <param name="Subnet">In CIDR notation.</param>
/// <param name="Gateway">Null when nobody answers as one.</param>
internal sealed record ListedSubnet(string Subnet, string? Gateway);

/// <param name="Id">Docker's network id.</param>
/// <param name="Name">Docker's name for it.</param>
/// <param name="IpamDriver">Who chooses addresses: <c>cni</c>, <c>null</c>, <c>default</c>.</param>
/// <param name="Auto">It was made by the setting <c>autoNetworks</c>.</param>
/// <param name="Problem">In what Docker's idea of it is not that of the CNI network any more.</param>
internal sealed record ListedDockerNetwork(string Id, string Name, string IpamDriver, bool Auto, string? Problem);

/// <param name="Id">Docker's network id.</param>
/// <param name="Name">Docker's name for it.</param>
/// <param name="IpamDriver">Who chose addresses.</param>
/// <param name="CniNetwork">The CNI network it stood for; null when it names none and there is not just one.</param>
internal sealed record LostNetwork(string Id, string Name, string IpamDriver, string? CniNetwork);

/// <param name="File">Its path.</param>
/// <param name="Message">Why it is not used.</param>
internal sealed record ListedProblem(string File, string Message);

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(NetworksListing))]
internal sealed partial class NetworksJson : JsonSerializerContext;
