using System.CommandLine;
using System.CommandLine.Completions;
using Bridge.Adapter.Cli.Completion;
using CniInvoker;
using static Bridge.Adapter.Cli.SharedOptions;

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

    /// <summary>The container ids of recorded attachments, on the network that the line names.</summary>
    public static IEnumerable<CompletionItem> ContainerIds(CompletionContext context) => Attachments(context, stored => stored
        .GroupBy(attachment => attachment.Id.ContainerId)
        .Select(container => Completions.Item(
            container.Key, $"on {string.Join(", ", container.Select(attachment => attachment.NetworkName).Distinct())}")));

    /// <summary>Recorded attachments as <c>--keep</c> names them, of the network that the line names.</summary>
    public static IEnumerable<CompletionItem> Kept(CompletionContext context) => Attachments(context, stored => stored
        .Select(attachment => Completions.Item(
            $"{attachment.Id.ContainerId}/{attachment.Id.InterfaceName}", $"on {attachment.NetworkName}")));

    private static IEnumerable<CompletionItem> Attachments(
        CompletionContext context, Func<IEnumerable<StoredAttachment>, IEnumerable<CompletionItem>> offered) =>
        Completions.Ask(context, async cancellationToken =>
        {
            var network = context.ParseResult.GetResult(AttachmentArguments.Network)?.Tokens is [var named, ..] ? named.Value : null;
            var client = await CniClientFactory.OfAsync(
                SettingsOf(context.ParseResult), new CniEnvironment(Environment.GetEnvironmentVariable), TextWriter.Null,
                new Dictionary<string, string>(), sparesAll: false, cancellationToken);
            return offered(client.Attachments().Attachments.Where(stored => network is null || stored.NetworkName == network));
        });
}
