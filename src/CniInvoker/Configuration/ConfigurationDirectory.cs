using System.Text;

namespace CniInvoker;

/// <summary>
/// A directory of network configurations, such as <c>/etc/cni/net.d</c>: lists of plugins in <c>*.conflist</c>, single plugins in
/// <c>*.conf</c> and <c>*.json</c>, and further plugins of a list in <c>NETWORK/*.conf</c>.
/// </summary>
/// <remarks>
/// A broken file never hides its neighbours. Of networks with the same name a list beats a single plugin, then the first file wins; the
/// others are reported.
/// </remarks>
public sealed class ConfigurationDirectory(string path)
{
    private const string ListExtension = ".conflist";
    private const string PluginExtension = ".conf";
    private static readonly string[] Extensions = [ListExtension, PluginExtension, ".json"];

    /// <summary>Reads the directory as it is now. A directory that does not exist is an empty one.</summary>
    public ConfigurationDirectoryContents Load()
    {
        var problems = new List<ConfigurationProblem>();
        var networks = new List<NetworkConfiguration>();
        var files = Files(path, problems);
        foreach (var file in Read(files, Extensions))
        {
            try
            {
                networks.Add(ReadNetwork(file));
            }
            catch (CniConfigurationException mistake)
            {
                problems.AddRange(mistake.Problems);
            }
        }

        var winners = networks
            .GroupBy(network => network.Name, StringComparer.Ordinal)
            .Select(namesakes => namesakes.FirstOrDefault(IsList) ?? namesakes.First())
            .ToDictionary(network => network.Name, StringComparer.Ordinal);
        problems.AddRange(networks
            .Where(network => winners[network.Name] != network)
            .Select(network => new ConfigurationProblem(
                network.Source,
                $"network \"{network.Name}\" is configured in {winners[network.Name].Source} already, which is used instead")));
        var used = networks.Where(network => winners[network.Name] == network).ToArray();
        return new ConfigurationDirectoryContents(used, problems)
        {
            FileWarnings = [.. used.Select(network => network.Source).Prepend(path).Select(WritableByAll.Warning).OfType<ConfigurationProblem>(), .. UnreadFiles.Warnings(path, files, Extensions)],
        };
    }

    /// <summary>Where a network may have gone that is not there; see <see cref="UnreadFiles.Text"/>.</summary>
    internal string WhatIsNotRead() => UnreadFiles.Text(path, Files(path, problems: []), Extensions);

    private static bool IsList(NetworkConfiguration network) => Path.GetExtension(network.Source) == ListExtension;

    private NetworkConfiguration ReadNetwork(string file)
    {
        var reader = new ConfigurationReader(new ConfigurationText(ConfigurationFile.Read(file), file));
        return Path.GetExtension(file) == ListExtension ? reader.ReadList(PluginsBeside) : reader.ReadSingle();
    }

    /// <summary>The plugins of a list that have files of their own, in the directory of the network's name.</summary>
    /// <exception cref="CniConfigurationException">One of them is unusable.</exception>
    internal IReadOnlyList<PluginConfiguration> PluginsBeside(string networkName)
    {
        var problems = new List<ConfigurationProblem>();
        var plugins = new List<PluginConfiguration>();
        foreach (var file in Read(Files(Path.Combine(path, networkName), problems), PluginExtension))
        {
            try
            {
                plugins.Add(new ConfigurationReader(new ConfigurationText(ConfigurationFile.Read(file), file)).ReadPlugin());
            }
            catch (CniConfigurationException mistake)
            {
                problems.AddRange(mistake.Problems);
            }
        }

        return problems.Count == 0 ? plugins : throw new CniConfigurationException(problems);
    }

    // Byte-wise, as every runtime orders them: the order decides which network is the first.
    private static IEnumerable<string> Read(IEnumerable<string> files, params string[] extensions) => files
        .Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.Ordinal))
        .OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));

    private static string[] Files(string directory, List<ConfigurationProblem> problems)
    {
        try
        {
            return Directory.GetFiles(directory);
        }
        catch (DirectoryNotFoundException) when (!File.Exists(directory))
        {
            return [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigurationProblem(directory, $"the directory cannot be read: {(File.Exists(directory) ? "it is a file" : ErrorText.Of(unreadable))}"));
            return [];
        }
    }
}
