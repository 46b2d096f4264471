using System.Globalization;
using Bridge.Samples.Presentation;
using Bridge.TestHosts.Racks;
using Bridge.TestHosts.Sockets;
using Spectre.Console;

namespace Bridge.Samples.MultiHost;

/// <summary>Addresses, and who reaches whom, as tables.</summary>
internal sealed class ReachTables(IReadOnlyList<Node> nodes, IReadOnlyList<Station> stations)
{
    public static Table Addresses(IReadOnlyList<Station> stations)
    {
        var table = new Table { Title = new TableTitle("Addresses") }.AddColumns("host", "its address", "its range")
            .AddColumns([.. stations.Select(station => station.Name).Distinct()]);
        foreach (var node in stations.GroupBy(station => station.Node))
        {
            table.AddRow(
                [$"{node.Key}", node.Key.Address, ClusterNetwork.SubnetOf(node.Key.Number), .. node.Select(station => station.Address)]);
        }

        return table;
    }

    /// <summary>A table for each host that is reached: rows are all hosts with their containers and pods.</summary>
    /// <returns>Whether everyone reached everyone.</returns>
    public async Task<bool> WriteAllAsync(CancellationToken cancellationToken)
    {
        var isComplete = true;
        foreach (var reached in nodes)
        {
            var columns = TargetsOn(reached).Select(target => target.Port == 80 ? target.Name : $"{target.Name} (published)");
            var matrix = new ReachMatrix($"Who reaches {reached} (HTTP)", columns);
            var urls = TargetsOn(reached).Select(target => $"{target.Url}").ToArray();
            foreach (var (name, vantage) in nodes.SelectMany(From))
                await matrix.AddAsync(name, url => vantage.ServesAsync(new Uri(url), cancellationToken), urls);

            AnsiConsole.Write(matrix.ToTable());
            isComplete &= matrix.IsComplete;
        }

        return isComplete;
    }

    /// <summary>One table: how many of the attempts from a host, its containers and its pod succeed.</summary>
    /// <returns>Whether everyone reached everyone.</returns>
    public async Task<bool> WriteByHostAsync(CancellationToken cancellationToken)
    {
        var isComplete = true;
        const string Title = "Who reaches whom (HTTP; from the host, its containers and its pod to containers, pod and published port)";
        var table = new Table { Title = new TableTitle(Title) }
            .AddColumn("from \\ to").AddColumns([.. nodes.Select(node => $"{node}")]);
        foreach (var from in nodes)
        {
            var cells = new List<string>();
            foreach (var to in nodes)
            {
                var (tried, reached) = await CountAsync(from, to, cancellationToken);
                isComplete &= tried == reached;
                cells.Add(string.Create(CultureInfo.InvariantCulture, $"{ReachMatrix.Verdict(tried == reached)} {reached} of {tried}"));
            }

            table.AddRow([$"{from}", .. cells]);
        }

        AnsiConsole.Write(table);
        return isComplete;
    }

    private async Task<(int Tried, int Reached)> CountAsync(Node from, Node to, CancellationToken cancellationToken)
    {
        var (tried, reached) = (0, 0);
        foreach (var (_, vantage) in From(from))
        {
            foreach (var target in TargetsOn(to))
            {
                tried++;
                reached += await vantage.ServesAsync(target.Url, cancellationToken) ? 1 : 0;
            }
        }

        return (tried, reached);
    }

    private IEnumerable<(string Name, Vantage Vantage)> From(Node node) =>
        stations.Where(station => station.Node == node).Select(station => ($"{station}", station.Vantage))
            .Prepend(($"{node}", node.Host.FromHost));

    private IEnumerable<(string Name, int Port, Uri Url)> TargetsOn(Node node) =>
        stations.Where(station => station.Node == node).Select(station => ($"{station.Name} {station.Address}", 80, station.Url))
            .Append(($"{node.Address}:{Node.PublishedPort}", Node.PublishedPort, RackReach.PublishedUrl(node)));
}
