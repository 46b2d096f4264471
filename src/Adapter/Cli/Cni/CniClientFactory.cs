using System.Text;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>Creates the library's client: its directories, its records, its plugins' environment and stderr.</summary>
internal static class CniClientFactory
{
    /// <summary>The records of these commands, apart from libcni's cache, which other runtimes use.</summary>
    public static string StateDirectory(AdapterSettings settings) => Path.Combine(settings.StateDirectory, "cni");

    /// <param name="settings">Directories and deadlines.</param>
    /// <param name="environment">May name other directories.</param>
    /// <param name="error">Where the plugins' stderr goes.</param>
    /// <param name="variables">Further environment variables of plugins; they take precedence over the settings.</param>
    /// <param name="sparesAll">Garbage is collected, so every attachment of the daemon has to be known.</param>
    /// <exception cref="ServiceException">The settings name a directory of the system as one of cnm-cni's own.</exception>
    /// <param name="cancellationToken">Ends the search for directories.</param>
    public static async Task<CniClient> OfAsync(AdapterSettings settings, CniEnvironment environment, TextWriter error,
        IReadOnlyDictionary<string, string> variables, bool sparesAll, CancellationToken cancellationToken) =>
        (await WithDirectoriesAsync(settings, environment, error, variables, sparesAll, cancellationToken)).Client;

    /// <summary>As <see cref="OfAsync"/>, with the directories of plugins that the client uses.</summary>
    public static async Task<(IReadOnlyList<string> PluginDirectories, CniClient Client)> WithDirectoriesAsync(
        AdapterSettings settings, CniEnvironment environment, TextWriter error, IReadOnlyDictionary<string, string> variables,
        bool sparesAll, CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
            DaemonDirectories.RequireUnshared(settings); // Nobody else could make anything there.

        var configurations = environment.ConfigurationDirectory ?? settings.ConfigurationDirectory;
        var plugins = environment.PluginDirectories ?? settings.PluginDirectories;
        if (configurations is null || plugins is null)
        {
            var given = settings with { ConfigurationDirectory = configurations, PluginDirectories = plugins };
            var found = await DirectoryLookup.FindAsync(given, cancellationToken);
            (configurations, plugins) = (found.ConfigurationDirectory, found.PluginDirectories);
        }

        return (plugins, new CniClient(Options(settings, error, variables, sparesAll) with
        {
            ConfigurationDirectory = configurations,
            PluginDirectories = plugins,
        }));
    }

    private static CniClientOptions Options(
        AdapterSettings settings, TextWriter error, IReadOnlyDictionary<string, string> variables, bool sparesAll) => new()
    {
        StateDirectory = StateDirectory(settings),
        LockFile = settings.CniLock,
        VersionDirectory = settings.VersionDirectory,
        Deadlines = settings.Timeouts.Deadlines,
        Executor = new PluginStderr(
            new RequestExecutor(new PluginProcess(TimeProvider.System, settings.PluginOutputLimit),
                new Dictionary<string, string>(
                [.. settings.PluginEnvironment.Where(variable => !variables.ContainsKey(variable.Key)), .. variables]),
                new PluginPriority()),
            error),
        ForeignAttachments = network =>
            DaemonAttachments.On(new Journal(settings.StateDirectory, settings.PresentRecords), network, sparesAll),
    };
}

/// <summary>
/// Passes on what plugins write to stderr, and to stdout where nobody reads it, each line behind the plugin's type, whether they succeed or
/// not.
/// </summary>
internal sealed class PluginStderr(IPluginExecutor executor, TextWriter error) : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var output = await executor.ExecuteAsync(request, cancellationToken);
        var lines = new StringBuilder();
        foreach (var line in $"{output.Stderr}\n{UnreadOutput.Of(request, output)}".Split('\n', StringSplitOptions.RemoveEmptyEntries))
            lines.Append(request.PluginType).Append(": ").Append(line.TrimEnd('\r')).Append('\n');

        // At once: lines of plugins that run side by side stay whole.
        error.Write(lines);
        return output;
    }
}

/// <summary>
/// The daemon's attachments and reservations, from its journal on disk. Read-only: the journal belongs to the daemon.
/// </summary>
internal static class DaemonAttachments
{
    /// <summary>The daemon's attachments on a network, under every name that plugins may know them by.</summary>
    /// <param name="journal">The daemon's.</param>
    /// <param name="networkName">The CNI network.</param>
    /// <param name="all">Throw when a record cannot be read. For garbage collection, which would delete its attachment.</param>
    /// <exception cref="CniException">Code 6: such a record is there.</exception>
    public static IEnumerable<AttachmentId> On(Journal journal, string networkName, bool all)
    {
        var (attachments, unreadable) = journal.Attachments.Peek();
        var (reservations, unreadableReservations) = journal.Reservations.Peek();
        if (all && unreadable.Concat(unreadableReservations).FirstOrDefault() is { File: not null } broken)
        {
            throw new CniException(
                CniErrorCode.DecodingFailure,
                $"the daemon's record {broken.File} cannot be read ({broken.Reason}), so that its attachment cannot be spared; remove " +
                "the file if its container is gone");
        }

        return
        [
            .. attachments.Where(record => record.CniNetwork == networkName).SelectMany(Ids),
            .. reservations.Where(record => record.CniNetwork == networkName)
                .Select(record => new AttachmentId(networkName, record.ContainerId, InterfaceNames.Sandbox)),
        ];
    }

    // Plugins that run in the sandbox know the link by the name that Docker gave it.
    private static IEnumerable<AttachmentId> Ids(AttachmentRecord record) =>
        new[] { record.InterfaceName, record.SandboxInterfaceName }
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Select(ifname => new AttachmentId(record.CniNetwork, record.ContainerId, ifname));
}
