using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Directories;

/// <summary>
/// The directories in force. Docker's calls read <see cref="Current"/>, which never waits; the background looks again. Refreshes must not
/// overlap.
/// </summary>
internal sealed class DirectoryDiscovery
{
    private readonly RuntimeSurvey _survey;
    private readonly DirectoryChoice _choice;
    private readonly ILogger<DirectoryDiscovery> _logger;

    // The last answer of each runtime, by socket: a runtime that restarts keeps its directory.
    private readonly Dictionary<string, LocatedRuntime> _answered = new(StringComparer.Ordinal);

    // In the order in which they came into force.
    private readonly List<string> _plugins = [];

    private volatile FoundDirectories _current;
    private FoundDirectories? _logged;

    /// <summary>Looks at files only.</summary>
    public DirectoryDiscovery(RuntimeSurvey survey, DirectoryChoice choice, ILogger<DirectoryDiscovery> logger)
    {
        (_survey, _choice, _logger) = (survey, choice, logger);
        _current = choice.Of(choice.IsSettled ? [] : survey.Look(), _plugins);
    }

    /// <summary>Other directories, or another socket, are in force.</summary>
    public event Action? Changed;

    public FoundDirectories Current => _current;

    /// <summary>Asks the container runtimes, and follows what has changed.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var runtimes = Remembered(await _survey.AskAsync(cancellationToken));
        foreach (var directory in _current.PluginDirectories.Except(_plugins, StringComparer.Ordinal))
            _plugins.Add(directory);

        var found = _choice.Of(runtimes, _plugins);
        var isOther = !found.UsesSameAs(_current);
        _current = found;
        Log(found);
        if (isOther)
            Changed?.Invoke();
    }

    private List<LocatedRuntime> Remembered(IReadOnlyList<LocatedRuntime> asked)
    {
        var runtimes = new List<LocatedRuntime>();
        foreach (var runtime in asked)
        {
            if (runtime.State == RuntimeState.Answers)
                _answered[runtime.Socket] = runtime;

            var isKept = runtime.State is RuntimeState.NoSocket or RuntimeState.NotListening or RuntimeState.Silent
                && _answered.TryGetValue(runtime.Socket, out _);
            runtimes.Add(isKept ? _answered[runtime.Socket] with { State = runtime.State } : runtime);
        }

        foreach (var (socket, gone) in _answered.Where(known => asked.All(runtime => runtime.Socket != known.Key)).ToArray())
        {
            if (DirectoryChoice.HasConfiguration(gone.ConfigurationDirectory))
                runtimes.Add(gone with { State = RuntimeState.NoSocket });
            else
                _answered.Remove(socket);
        }

        return runtimes;
    }

    private void Log(FoundDirectories found)
    {
        if (_logged is { } logged && found.UsesSameAs(logged))
            return;

        _logged = found;
        _logger.DirectoriesFound(
            found.ConfigurationDirectory, found.Reason, string.Join(", ", found.PluginDirectories), found.CriSocket ?? "none");
    }
}
