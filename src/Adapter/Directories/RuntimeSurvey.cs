using Bridge.Adapter.Cri;
using Bridge.Adapter.Cri.Messages;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Directories;

/// <summary>The container runtimes of this host: those that <see cref="KnownPlaces"/> lists, and the one that the settings name.</summary>
internal sealed class RuntimeSurvey(KnownPlaces places, AdapterSettings settings, CriClients clients)
{
    /// <summary>The installed runtimes by their files alone, which takes no time.</summary>
    public IReadOnlyList<LocatedRuntime> Look() => [.. Installed().Select(Located)];

    /// <summary>Asks the installed runtimes, all at once. Takes a second at most.</summary>
    public async Task<IReadOnlyList<LocatedRuntime>> AskAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(Look().Select(runtime => AskAsync(runtime, cancellationToken)));

    private IEnumerable<KnownRuntime> Installed()
    {
        var traces = places.Runtimes.Where(runtime => runtime.IsInstalled).ToArray();
        // k3s and RKE2 have one socket: what else is there shows which of them it is.
        var installed = traces
            .Where(runtime => Path.Exists(runtime.Trace)
                || Array.Find(traces, other => other.Socket == runtime.Socket && Path.Exists(other.Trace)) is null
                    && Array.Find(traces, other => other.Socket == runtime.Socket) == runtime)
            .ToArray();
        if (settings.CriSocket is not { } named || Array.Exists(installed, runtime => runtime.Socket == named))
            return installed;

        var unlisted = places.Runtimes.FirstOrDefault(runtime => runtime.Socket == named)
            ?? new KnownRuntime("container runtime", named, named, [], places.ConfigurationDirectory, places.PluginDirectories);
        return installed.Prepend(unlisted);
    }

    private LocatedRuntime Located(KnownRuntime runtime)
    {
        var files = RuntimeFiles.Read(runtime);
        var state = settings.CriSocket is { } named && named != runtime.Socket ? RuntimeState.NotAsked
            : Path.Exists(runtime.Socket) ? RuntimeState.Unknown : RuntimeState.NoSocket;
        return new LocatedRuntime(
            runtime.Name, runtime.Socket, state, Lasting(files.ConfigurationDirectory ?? runtime.ConfigurationDirectory),
            [.. (files.PluginDirectories ?? runtime.PluginDirectories).Select(Lasting)], files.File ?? "its usual place")
        {
            DisabledBy = files.DisabledBy,
        };
    }

    private async Task<LocatedRuntime> AskAsync(LocatedRuntime runtime, CancellationToken cancellationToken)
    {
        if (runtime.State != RuntimeState.Unknown)
            return runtime;

        var answer = new CniAnswer(null, null);
        var outcome = await clients.Of(runtime.Socket).AskAsync(
            async (service, token) => answer = CniAnswer.Read(
                (await service.StatusAsync(new StatusRequest { Verbose = true }, cancellationToken: token)).Info),
            cancellationToken);
        return runtime with
        {
            State = StateOf(outcome),
            ConfigurationDirectory = Lasting(answer.ConfigurationDirectory ?? runtime.ConfigurationDirectory),
            PluginDirectories = [.. (answer.PluginDirectories ?? runtime.PluginDirectories).Select(Lasting)],
            Source = answer.ConfigurationDirectory is null ? runtime.Source : LocatedRuntime.Asked,
        };
    }

    private static RuntimeState StateOf(CriOutcome outcome) => outcome switch
    {
        CriOutcome.Answers => RuntimeState.Answers,
        CriOutcome.NoSocket => RuntimeState.NoSocket,
        CriOutcome.NotServed => RuntimeState.Disabled,
        CriOutcome.NotListening => Environment.IsPrivilegedProcess ? RuntimeState.NotListening : RuntimeState.Forbidden,
        _ => RuntimeState.Silent,
    };

    // MicroK8s and k3s answer with the directory of their present version, which the next version leaves behind.
    private string Lasting(string directory) =>
        places.Runtimes.SelectMany(runtime => runtime.PluginDirectories.Prepend(runtime.ConfigurationDirectory))
            .FirstOrDefault(known => HostDirectories.IsSame(known, directory)) ?? directory;
}
