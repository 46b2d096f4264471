using System.Text.Json;
using Bridge.Adapter.Cnm;

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

    private static string? Join(params IEnumerable<string?> problems) => string.Join("; ", problems.OfType<string>()) is { Length: > 0 } joined ? joined : null;

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
        else if (listing.Networks.FirstOrDefault(network => network is { DockerNetworks.Count: 0, Problem: null }) is { } unused)
            yield return $"Make a Docker network: cnm-cni networks create {unused.Name}";
    }
}
