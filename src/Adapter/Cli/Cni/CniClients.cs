using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>Where the commands find networks and plugins, and where they remember attachments.</summary>
internal static class CniClients
{
    /// <summary>What these commands remember. Apart from libcni's cache, which other runtimes take for theirs.</summary>
    public static string StateDirectory(AdapterSettings settings) => Path.Combine(settings.StateDirectory, "cni");

    /// <param name="settings">Directories and deadlines.</param>
    /// <param name="environment">May name other directories.</param>
    /// <param name="error">Where the plugins' stderr goes.</param>
    /// <param name="variables">What plugins find in their environment besides; before the settings.</param>
    /// <param name="sparesAll">Every attachment of the daemon has to be known: garbage is collected.</param>
    /// <exception cref="ServiceException">A directory that others need would become ours.</exception>
    public static CniClient Of(AdapterSettings settings, CniEnvironment environment, TextWriter error, IReadOnlyDictionary<string, string> variables, bool sparesAll = false)
    {
        if (Environment.IsPrivilegedProcess)
            DaemonDirectories.RequireUnshared(settings); // Nobody else could make anything there.

        return new CniClient(Options(settings, environment, error, variables, sparesAll));
    }

    private static CniClientOptions Options(AdapterSettings settings, CniEnvironment environment, TextWriter error, IReadOnlyDictionary<string, string> variables, bool sparesAll) => new()
    {
        ConfigurationDirectory = environment.ConfigurationDirectory ?? settings.ConfigurationDirectory,
        PluginDirectories = environment.PluginDirectories ?? settings.PluginDirectories,
        StateDirectory = StateDirectory(settings),
        LockFile = settings.CniLock,
        Deadlines = settings.Timeouts.Deadlines,
        Executor = new PluginStderr(
            new EnvironmentExecutor(new PluginProcess(TimeProvider.System, settings.PluginOutputLimit), new Dictionary<string, string>([.. settings.PluginEnvironment.Where(variable => !variables.ContainsKey(variable.Key)), .. variables])),
            error),
        ForeignAttachments = network => DaemonAttachments.On(new Journal(settings.StateDirectory), network, sparesAll),
    };
}
