using Bridge.Adapter.Cri;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Directories;

/// <summary>The directories for one command. They are those that the daemon finds, because both ask the same.</summary>
internal static class DirectoryLookup
{
    /// <summary>Asks container runtimes, unless the settings leave nothing to be found. Takes a second at most.</summary>
    public static async Task<FoundDirectories> FindAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        var places = new KnownPlaces();
        var choice = new DirectoryChoice(places, settings);
        using var clients = new CriClients(TimeProvider.System);
        var survey = new RuntimeSurvey(places, settings, clients);
        return choice.Of(choice.IsSettled ? [] : await survey.AskAsync(cancellationToken), []);
    }
}
