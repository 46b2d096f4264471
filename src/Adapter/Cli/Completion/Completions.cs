using System.CommandLine.Completions;
using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using CniInvoker;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Completion;

/// <summary>
/// What shells offer for a word: sources for <c>CompletionSources</c> of arguments and options. They only look, within
/// <see cref="Patience"/>; who does not answer by then, or refuses, offers nothing. Values that are known beforehand need no source:
/// <c>CompletionSources = { "cni", "null" }</c>. An option or argument with the help name FILE or DIRECTORY needs none either.
/// </summary>
internal static class Completions
{
    /// <summary>How long to wait for an answer, as in the settings file: <c>300ms</c>.</summary>
    public const string PatienceVariable = "CNM_CNI_COMPLETION_TIMEOUT";

    /// <summary>A person waits with a finger on the key.</summary>
    private static TimeSpan Patience =>
        SettingsText.ParseDuration(Environment.GetEnvironmentVariable(PatienceVariable) ?? "") ?? TimeSpan.FromMilliseconds(300);

    /// <summary>The containers that cnm-cni has attached, by name; their networks as descriptions.</summary>
    public static IEnumerable<CompletionItem> Containers(CompletionContext context) => Ask(context, async cancellationToken =>
    {
        using var daemon = new ControlClient(SettingsOf(context.ParseResult).Socket);
        var status = await daemon.StatusAsync(cancellationToken);
        return status.Endpoints.Where(endpoint => endpoint.ContainerName is not null)
            .Select(endpoint => (Name: endpoint.ContainerName!, Network: endpoint.NetworkName ?? endpoint.CniNetwork))
            .GroupBy(endpoint => endpoint.Name, endpoint => endpoint.Network)
            .Select(container => Item(container.Key, $"on {string.Join(", ", container.Distinct())}"));
    });

    /// <summary>Containers and reservations whose clean-up has failed, by name or id.</summary>
    public static IEnumerable<CompletionItem> PendingCleanups(CompletionContext context) => Ask(context, async cancellationToken =>
    {
        using var daemon = new ControlClient(SettingsOf(context.ParseResult).Socket);
        var status = await daemon.StatusAsync(cancellationToken);
        return status.PendingCleanups.Select(pending => Item(
            pending.EndpointId ?? pending.ContainerId, $"{pending.ContainerName ?? "reservation"} on {pending.CniNetwork}"));
    });

    /// <summary>The Docker networks of this driver, by name.</summary>
    public static IEnumerable<CompletionItem> DockerNetworks(CompletionContext context) => Ask(context, async cancellationToken =>
    {
        var settings = SettingsOf(context.ParseResult);
        using var docker = new DockerEngine(settings.DockerSocket, TimeProvider.System);
        var driver = await new DriverName(settings, docker).AskAsync(cancellationToken);
        return (await docker.CniNetworksAsync(driver, cancellationToken)).Select(network => Item(network.Name, null));
    });

    /// <summary>The CNI networks of the configuration directory, by name.</summary>
    public static IEnumerable<CompletionItem> CniNetworks(CompletionContext context) => Ask(context, async cancellationToken =>
    {
        var found = await DirectoryLookup.FindAsync(SettingsOf(context.ParseResult), cancellationToken);
        return Names(found.ConfigurationDirectories);
    });

    /// <summary>The CNI networks of one directory.</summary>
    public static IEnumerable<CompletionItem> CniNetworksIn(CompletionContext context, string directory) =>
        Ask(context, _ => Task.FromResult(Names([directory])));

    /// <summary>Files by name, which the shell itself finds.</summary>
    public static IEnumerable<CompletionItem> Files(CompletionContext _) => [new CompletionItem("", Paths.Files)];

    /// <summary>Directories by name, which the shell itself finds.</summary>
    public static IEnumerable<CompletionItem> Directories(CompletionContext _) => [new CompletionItem("", Paths.Directories)];

    /// <param name="name">The word.</param>
    /// <param name="description">For shells that show one.</param>
    public static CompletionItem Item(string name, string? description) => new(name, detail: description);

    /// <summary>The answer to a question, if it comes in time.</summary>
    public static IEnumerable<CompletionItem> Ask(
        CompletionContext context, Func<CancellationToken, Task<IEnumerable<CompletionItem>>> question)
    {
        // The context of --help, which shows the values of an argument without a help name.
        if (context == CompletionContext.Empty)
            return [];

        var patience = Patience;
        using var deadline = new CancellationTokenSource(patience);
        var answer = Task.Run(() => question(deadline.Token), CancellationToken.None);
        try
        {
            return answer.WaitAsync(patience * 2, CancellationToken.None).GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // At a prompt, an error text in place of a word is noise.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    private static IEnumerable<CompletionItem> Names(IReadOnlyList<string> directories) =>
        new ConfigurationDirectory(() => directories).Load().Networks
            .Select(network => Item(network.Name, string.Join(", ", network.Plugins.Select(plugin => plugin.Type))));
}

/// <summary>Kinds of <see cref="CompletionItem"/> that stand for names in the file system.</summary>
internal static class Paths
{
    public const string Files = "files";
    public const string Directories = "directories";
}
