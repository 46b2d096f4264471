using System.Text;

namespace CniInvoker;

/// <summary>
/// A directory of network configurations, such as <c>/etc/cni/net.d</c>: lists of plugins in <c>*.conflist</c>, single plugins in
/// <c>*.conf</c> and <c>*.json</c>, and further plugins of a list in <c>NETWORK/*.conf</c>.
/// </summary>
/// <remarks>
/// An invalid file does not affect the others. Among networks with the same name a list takes precedence over a single plugin, then the
/// first file; the others are reported. What was read is kept as long as no file has changed.
/// </remarks>
public sealed class ConfigurationDirectory
{
    private const string ListExtension = ".conflist";
    private const string PluginExtension = ".conf";
    private const int MostNames = 5;

    private static readonly string[] Extensions = [ListExtension, PluginExtension, ".json"];

    private readonly Func<IReadOnlyList<string>> _paths;
    private readonly TimeProvider _timeProvider;

    // Replaced as a whole.
    private volatile Known? _known;
    private volatile IReadOnlyList<OtherDirectory> _others = [];

    /// <param name="path">The directory.</param>
    public ConfigurationDirectory(string path)
        : this(() => [path])
    {
    }

    /// <summary>A directory that may be replaced by another at any time: the next <see cref="Load"/> then reads the other.</summary>
    /// <param name="paths">
    /// The directory, first. In the others <see cref="ConfigurationDirectoryContents.Find"/> looks for a network that is not in it. At
    /// least one path.
    /// </param>
    public ConfigurationDirectory(Func<IReadOnlyList<string>> paths)
        : this(paths, TimeProvider.System)
    {
    }

    internal ConfigurationDirectory(string path, TimeProvider timeProvider)
        : this(() => [path], timeProvider)
    {
    }

    private ConfigurationDirectory(Func<IReadOnlyList<string>> paths, TimeProvider timeProvider)
    {
        _paths = paths;
        _timeProvider = timeProvider;
    }

    /// <summary>The directory as it is now. One that does not exist counts as empty.</summary>
    public ConfigurationDirectoryContents Load()
    {
        var paths = _paths();
        var others = Others(paths);
        // Before the files are read: a change meanwhile makes another version.
        var version = DirectoryVersion.Read(paths[0], _timeProvider);
        if (_known is { } known && known.Version.Equals(version) && ReferenceEquals(known.Contents.Others, others))
            return known.Contents;

        var contents = Read(paths[0]) with { Others = others };
        _known = version is null ? null : new Known(version, contents);
        return contents;
    }

    // Kept while the paths are the same, because each keeps what it has read.
    private IReadOnlyList<OtherDirectory> Others(IReadOnlyList<string> paths)
    {
        var known = _others;
        if (known.Select(other => other.Path).SequenceEqual(paths.Skip(1), StringComparer.Ordinal))
            return known;

        return _others =
            [.. paths.Skip(1).Select(path => new OtherDirectory(path, new ConfigurationDirectory(() => [path], _timeProvider)))];
    }

    private static ConfigurationDirectoryContents Read(string path)
    {
        var problems = new List<ConfigurationProblem>();
        var files = Files(path, problems);
        var networks = ReadAll(Select(files, Extensions), file => ReadNetwork(path, file), problems);
        var effective = networks
            .GroupBy(network => network.Name, StringComparer.Ordinal)
            .Select(namesakes => namesakes.FirstOrDefault(IsList) ?? namesakes.First())
            .ToDictionary(network => network.Name, StringComparer.Ordinal);
        problems.AddRange(networks
            .Where(network => effective[network.Name] != network)
            .Select(network => new ConfigurationProblem(
                network.Source,
                $"network \"{network.Name}\" is already configured in {effective[network.Name].Source}, which takes precedence")));
        var used = networks.Where(network => effective[network.Name] == network).ToArray();
        var writable = used.Select(network => network.Source).Prepend(path)
            .Select(ConfigurationFile.WritableWarning).OfType<ConfigurationProblem>();
        return new ConfigurationDirectoryContents(used, problems) { FileWarnings = [.. writable, .. NameWarnings(path, files)] };
    }

    /// <summary>The plugins of a list that have files of their own, in the directory with the network's name.</summary>
    /// <exception cref="CniConfigurationException">One of them is not valid.</exception>
    internal IReadOnlyList<PluginConfiguration> SeparatePlugins(string networkName) => SeparatePlugins(_paths()[0], networkName);

    private static List<PluginConfiguration> SeparatePlugins(string path, string networkName)
    {
        var problems = new List<ConfigurationProblem>();
        var files = Select(Files(Path.Combine(path, networkName), problems), PluginExtension);
        var plugins = ReadAll(files, file => Reader(file).ReadPlugin(), problems);
        return problems.Count == 0 ? plugins : throw new CniConfigurationException(problems);
    }

    /// <summary>
    /// The end of the error text for a missing network, from a semicolon on: the files that may have been meant. May be empty.
    /// </summary>
    internal string IgnoredFiles()
    {
        var path = _paths()[0];
        if (!Path.Exists(path))
            return "; there is no such directory";

        var names = Ignored(Files(path, problems: [])).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        return names.Length == 0
            ? ""
            : $"; files that do not end with {string.Join(", ", Extensions)} are ignored: {string.Join(", ", names.Take(MostNames))}"
                + (names.Length > MostNames ? ", …" : "");
    }

    private static IEnumerable<ConfigurationProblem> NameWarnings(string path, string[] files) => !Path.Exists(path)
        ? [new ConfigurationProblem(path, "there is no such directory")]
        : Ignored(files).Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => new ConfigurationProblem(
                file, $"it is ignored: write the extension in lower case, {Path.GetExtension(file).ToLowerInvariant()}"));

    private static IEnumerable<string> Ignored(string[] files) =>
        files.Where(file => !Extensions.Contains(Path.GetExtension(file), StringComparer.Ordinal));

    private static bool IsList(NetworkConfiguration network) => Path.GetExtension(network.Source) == ListExtension;

    private static NetworkConfiguration ReadNetwork(string path, string file) => Path.GetExtension(file) == ListExtension
        ? Reader(file).ReadList(network => SeparatePlugins(path, network))
        : Reader(file).ReadSingle();

    private static ConfigurationReader Reader(string file) => new(new ConfigurationText(ConfigurationFile.Read(file), file));

    private static List<T> ReadAll<T>(IEnumerable<string> files, Func<string, T> read, List<ConfigurationProblem> problems)
    {
        var all = new List<T>();
        foreach (var file in files)
        {
            try
            {
                all.Add(read(file));
            }
            catch (CniConfigurationException invalid)
            {
                problems.AddRange(invalid.Problems);
            }
        }

        return all;
    }

    // In byte order, as libcni and other runtimes sort them: the order decides which network is the first.
    private static IEnumerable<string> Select(string[] files, params string[] extensions) => files
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
            var reason = File.Exists(directory) ? "it is a file" : ErrorText.Of(unreadable);
            problems.Add(new ConfigurationProblem(directory, $"the directory cannot be read: {reason}"));
            return [];
        }
    }

    private sealed record Known(DirectoryVersion Version, ConfigurationDirectoryContents Contents);
}

/// <summary>The contents of a configuration directory at one moment.</summary>
/// <param name="Networks">The valid networks in the byte order of their file names; no two with the same name.</param>
/// <param name="Problems">Why files are not used; every error in each of them.</param>
public sealed record ConfigurationDirectoryContents(
    IReadOnlyList<NetworkConfiguration> Networks, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>Problems that do not prevent the networks from being used.</summary>
    public IEnumerable<ConfigurationProblem> Warnings => Networks.SelectMany(network => network.Warnings).Concat(FileWarnings);

    /// <summary>Files that every user may change, and ignored files that look like configurations.</summary>
    internal IReadOnlyList<ConfigurationProblem> FileWarnings { get; init; } = [];

    /// <summary>Directories in which <see cref="Find"/> looks for a network that is not among <see cref="Networks"/>.</summary>
    internal IReadOnlyList<OtherDirectory> Others { get; init; } = [];

    /// <summary>The network of that name, from the first directory that has it, or null.</summary>
    public NetworkConfiguration? Find(string name) => Networks.FirstOrDefault(network => network.Name == name)
        ?? Others.Select(other => other.Directory.Load().Find(name)).FirstOrDefault(network => network is not null);
}

/// <summary>A directory that serves networks by name only.</summary>
internal sealed record OtherDirectory(string Path, ConfigurationDirectory Directory);
