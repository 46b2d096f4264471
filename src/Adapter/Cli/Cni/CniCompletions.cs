using System.CommandLine.Completions;
using Bridge.Adapter.Cli.Completion;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What shells offer for the words of <c>cnm-cni cni</c>.</summary>
internal static class CniCompletions
{
    private const string NamedNamespaces = "/run/netns"; // ip-netns(8)

    /// <summary>The networks of NETCONFPATH, or of the directory in force.</summary>
    public static IEnumerable<CompletionItem> Networks(CompletionContext context) =>
        new CniEnvironment(Environment.GetEnvironmentVariable).ConfigurationDirectory is { } directory
            ? Completions.CniNetworksIn(context, directory)
            : Completions.CniNetworks(context);

    /// <summary>The network namespaces that have a name.</summary>
    public static IEnumerable<CompletionItem> Namespaces(CompletionContext _) => Directory.Exists(NamedNamespaces)
        ? Directory.EnumerateFiles(NamedNamespaces).Order(StringComparer.Ordinal).Select(path => new CompletionItem(path))
        : [];
}
