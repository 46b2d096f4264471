using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Directories;

/// <summary>
/// Chooses directories among those of the container runtimes. Each setting that is given decides alone. docs/directories.md describes the
/// order.
/// </summary>
internal sealed class DirectoryChoice(KnownPlaces places, AdapterSettings settings)
{
    private static readonly string[] Extensions = [".conflist", ".conf", ".json"];

    /// <summary>Whether the settings leave nothing to be found.</summary>
    public bool IsSettled => settings is { ConfigurationDirectory: not null, PluginDirectories: not null, CriSocket: not null };

    /// <summary>Whether a runtime would read a network there.</summary>
    public static bool HasConfiguration(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory).Any(file => Extensions.Contains(Path.GetExtension(file), StringComparer.Ordinal));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="runtimes">The host's.</param>
    /// <param name="formerPlugins">Plugin directories that were in force before: what they attached needs them for DEL.</param>
    public FoundDirectories Of(IReadOnlyList<LocatedRuntime> runtimes, IReadOnlyCollection<string> formerPlugins)
    {
        var (directory, reason, runtime) = InForce(runtimes);
        return new FoundDirectories(
            settings.ConfigurationDirectory is null ? [directory, .. Others(runtimes, directory)] : [directory],
            settings.PluginDirectories ?? Plugins(runtimes, runtime, formerPlugins),
            settings.CriSocket ?? Socket(runtimes, runtime),
            reason,
            runtimes);
    }

    /// <summary>The directories that a change of configurations shows in: those of runtimes, and the known ones.</summary>
    public IReadOnlyList<string> Candidates(IReadOnlyList<LocatedRuntime> runtimes) =>
    [
        .. runtimes.Select(runtime => runtime.ConfigurationDirectory)
            .Concat(places.Runtimes.Select(runtime => runtime.ConfigurationDirectory))
            .Append(places.ConfigurationDirectory)
            .Distinct(StringComparer.Ordinal),
    ];

    private (string Directory, string Reason, LocatedRuntime? Runtime) InForce(IReadOnlyList<LocatedRuntime> runtimes)
    {
        if (settings.ConfigurationDirectory is { } given)
        {
            return (given, "setting configurationDirectory",
                runtimes.FirstOrDefault(runtime => runtime.ConfigurationDirectory == given && runtime.State == RuntimeState.Answers)
                    ?? runtimes.FirstOrDefault(runtime => runtime.ConfigurationDirectory == given));
        }

        // Stable: of equals, the order of the known places. A containerd without its CRI plugin uses no directory.
        var ordered = runtimes.Where(runtime => !IsDisabled(runtime)).OrderBy(Rank).ToArray();
        if (ordered.FirstOrDefault(runtime => HasConfiguration(runtime.ConfigurationDirectory)) is { } configured)
            return (configured.ConfigurationDirectory, Uses(configured, "and it has a configuration file"), configured);

        if (HasConfiguration(places.ConfigurationDirectory))
            return (places.ConfigurationDirectory, "the usual directory of CNI, and it has a configuration file", null);

        return ordered is [var first, ..]
            ? (first.ConfigurationDirectory, Uses(first, "and no directory has a configuration file yet"), first)
            : (places.ConfigurationDirectory, "the usual directory of CNI; no container runtime with pods was found", null);
    }

    private static string Uses(LocatedRuntime runtime, string rest) => $"{runtime.Name} uses it, {rest}";

    private static bool IsDisabled(LocatedRuntime runtime) => runtime.State == RuntimeState.Disabled
        || (runtime is { State: not RuntimeState.Answers, DisabledBy: not null });

    private static int Rank(LocatedRuntime runtime) => runtime.State switch
    {
        RuntimeState.Answers => 0,
        _ when runtime.Source == LocatedRuntime.Asked => 1, // Before.
        RuntimeState.NoSocket => 3,
        _ => 2,
    };

    private IEnumerable<string> Others(IReadOnlyList<LocatedRuntime> runtimes, string inForce) =>
        Candidates(runtimes).Where(directory => directory != inForce && Directory.Exists(directory));

    private IReadOnlyList<string> Plugins(
        IReadOnlyList<LocatedRuntime> runtimes, LocatedRuntime? chosen, IReadOnlyCollection<string> formerPlugins) =>
    [
        .. (chosen?.PluginDirectories ?? [])
            .Concat(places.PluginDirectories)
            .Concat(runtimes.SelectMany(runtime => runtime.PluginDirectories).Where(Directory.Exists))
            .Concat(places.Runtimes.SelectMany(runtime => runtime.PluginDirectories).Where(Directory.Exists))
            .Concat(formerPlugins.Where(Directory.Exists))
            .Distinct(StringComparer.Ordinal),
    ];

    // First the runtime whose pods are on the networks in force.
    private static string? Socket(IReadOnlyList<LocatedRuntime> runtimes, LocatedRuntime? chosen) => runtimes
        .Where(runtime => runtime.State is not (RuntimeState.NoSocket or RuntimeState.NotAsked))
        .OrderBy(runtime => IsDisabled(runtime) ? 4 : Rank(runtime))
        .ThenBy(runtime => runtime == chosen ? 0 : 1)
        .FirstOrDefault()?.Socket;
}
