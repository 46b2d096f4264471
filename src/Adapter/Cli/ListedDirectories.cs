using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;

namespace Bridge.Adapter.Cli;

/// <summary>What <c>cnm-cni networks</c> shows of container runtimes and their directories.</summary>
/// <param name="ConfigurationDirectory">The one in force.</param>
/// <param name="Reason">Why it is.</param>
/// <param name="PluginDirectories">CNI_PATH.</param>
/// <param name="CriSocket">Where pods are asked for; null: nowhere.</param>
/// <param name="Runtimes">The container runtimes of this host.</param>
/// <param name="Clusters">Kubernetes clusters whose nodes are containers of this Docker.</param>
internal sealed record ListedDirectories(
    string ConfigurationDirectory, string Reason, IReadOnlyList<string> PluginDirectories, string? CriSocket,
    IReadOnlyList<LocatedRuntime> Runtimes, IReadOnlyList<ClusterInContainers> Clusters)
{
    public static ListedDirectories Of(FoundDirectories found, IReadOnlyList<ClusterInContainers> clusters) => new(
        found.ConfigurationDirectory, found.Reason, found.PluginDirectories, found.CriSocket, found.Runtimes, clusters);

    /// <summary>Writes nothing on a host without container runtimes and clusters.</summary>
    public void WriteTo(TextWriter output)
    {
        if (Runtimes.Count > 0)
        {
            output.WriteLine();
            var table = new TextTable("RUNTIME", "SOCKET", "CONFIGURATIONS", "PLUGINS", "KNOWN FROM", "STATE");
            foreach (var runtime in Runtimes)
            {
                table.Add(
                    runtime.Name, runtime.Socket, runtime.ConfigurationDirectory, string.Join(':', runtime.PluginDirectories),
                    runtime.Source, Word(runtime.State));
            }

            table.WriteTo(output);
            output.WriteLine();
            output.WriteLine($"cnm-cni uses {ConfigurationDirectory}: {Reason}.");
        }

        foreach (var sentence in Runtimes.Select(WhyUnseen).OfType<string>().Concat(Clusters.Select(Unreachable)))
            output.WriteLine(sentence);
    }

    private string? WhyUnseen(LocatedRuntime runtime) => runtime.Problem is { } problem
        ? $"{runtime.Name}: {problem}."
        : runtime.ConfigurationDirectory != ConfigurationDirectory
            ? $"{runtime.Name}: its pods are on the networks of {runtime.ConfigurationDirectory}, which cnm-cni does not offer. To use " +
                $"them, set configurationDirectory: {runtime.ConfigurationDirectory}, or name one with -o cni.network=NAME."
            : runtime.Socket != CriSocket
                ? $"{runtime.Name}: its pods are not seen, because {CriSocket} is asked for pods. To see them, set criSocket: " +
                    $"{runtime.Socket}."
                : null;

    private static string Unreachable(ClusterInContainers cluster) =>
        $"{cluster.Tool} cluster \"{cluster.Cluster}\": its nodes are containers of this Docker ({string.Join(", ", cluster.Nodes)}), " +
        "and its pods are in their network namespaces. cnm-cni cannot put a container among these pods. To reach the nodes and their " +
        "NodePorts, put the container on the nodes' Docker network: docker run --network " +
        $"{(cluster.Networks is [var first, ..] ? first : "NAME")}.";

    private static string Word(RuntimeState state) => state switch
    {
        RuntimeState.NoSocket => "no socket",
        RuntimeState.NotListening => "not listening",
        RuntimeState.Forbidden => "root only",
        RuntimeState.Disabled => "CRI disabled",
        RuntimeState.Silent => "silent",
        RuntimeState.NotAsked => "not asked",
        RuntimeState.Unknown => "not asked",
        _ => "answers",
    };
}
