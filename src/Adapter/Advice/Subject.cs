using CniInvoker;

namespace Bridge.Adapter.Advice;

/// <summary>What the rules judge: the files of a configuration directory, on this host.</summary>
/// <param name="Files">Every file, also those of which no network can be made.</param>
/// <param name="Networks">The networks of the directory.</param>
/// <param name="Plugins">Where plugins are installed.</param>
/// <param name="Host">What the host has.</param>
internal sealed record Subject(
    IReadOnlyList<NetworkFile> Files, IReadOnlyList<NetworkConfiguration> Networks, PluginPath Plugins, HostFacts Host)
{
    public static Subject Of(ConfigurationDirectoryContents contents, PluginPath plugins, HostFacts host) => new(
        [.. contents.Networks.Select(network => network.Source).Concat(contents.Problems.Select(problem => problem.File))
            .Distinct(StringComparer.Ordinal).Select(NetworkFile.Read)],
        contents.Networks,
        plugins,
        host);

    /// <summary>What a network of the directory says in its own words.</summary>
    public NetworkFile FileOf(NetworkConfiguration network) => Files.First(file => file.Path == network.Source);

    /// <summary>Why a plugin cannot run, with what to do; null when it is installed.</summary>
    public string? WhyMissing(string type)
    {
        try
        {
            Plugins.Find(type);
            return null;
        }
        catch (CniException missing)
        {
            return missing.Msg;
        }
    }
}

/// <summary>One rule of the table.</summary>
internal interface IRule
{
    IEnumerable<Note> Find(Subject subject);
}

/// <summary>A rule that judges each file alone.</summary>
internal abstract class FileRule : IRule
{
    public IEnumerable<Note> Find(Subject subject) => subject.Files.SelectMany(file => Find(file, subject));

    protected abstract IEnumerable<Note> Find(NetworkFile file, Subject subject);
}
