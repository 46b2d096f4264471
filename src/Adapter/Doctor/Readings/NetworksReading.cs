using Bridge.Adapter.Advice;
using Bridge.Adapter.Advice.Rules;
using Bridge.Adapter.Directories;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The CNI networks of the host.</summary>
/// <param name="Contents">The configuration directories.</param>
/// <param name="Notes">The advice on their files.</param>
/// <param name="Overlaps">Advice on their subnets and bridges alone.</param>
internal sealed record NetworksReading(ConfigurationDirectoryContents Contents, IReadOnlyList<Note> Notes, IReadOnlyList<Note> Overlaps)
{
    public IReadOnlyList<NetworkConfiguration> Networks => Contents.Networks;

    /// <param name="found">The directories.</param>
    /// <param name="docker">Null where it does not answer.</param>
    public static NetworksReading Read(FoundDirectories found, DockerReading? docker)
    {
        var contents = new ConfigurationDirectory(() => found.ConfigurationDirectories).Load();
        var host = HostFacts.Read() with { DockerNetworks = docker?.OfOthers ?? [], DockerPools = docker?.Pools ?? [] };
        return Judge(contents, new PluginPath(found.PluginDirectories), host);
    }

    public static NetworksReading Judge(ConfigurationDirectoryContents contents, PluginPath plugins, HostFacts host)
    {
        var subject = Subject.Of(contents, plugins, host);
        return new NetworksReading(
            contents,
            RuleTable.Judge(subject, rule => !IsOfSubnets(rule)),
            RuleTable.Judge(subject, IsOfSubnets));
    }

    private static bool IsOfSubnets(IRule rule) => rule is SharedSubnets or SharedBridges or HostRoutes or DockerSubnets;
}
