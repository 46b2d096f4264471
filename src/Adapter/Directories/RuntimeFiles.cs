namespace Bridge.Adapter.Directories;

/// <summary>What the settings files of a container runtime say about CNI. Null, or no: they say nothing about it.</summary>
/// <param name="File">The last file that named a directory.</param>
/// <param name="ConfigurationDirectory">containerd's conf_dir; CRI-O's network_dir.</param>
/// <param name="PluginDirectories">containerd's bin_dir or bin_dirs; CRI-O's plugin_dirs.</param>
/// <param name="DisabledBy">The file of a containerd that switches its CRI plugin off.</param>
internal sealed record RuntimeFiles(
    string? File, string? ConfigurationDirectory, IReadOnlyList<string>? PluginDirectories, string? DisabledBy)
{
    private const int Longest = 1 << 20;

    // containerd docs/PLUGINS.md: the name of every version, that of version 1, and that of version 2.
    private static readonly string[] CriPlugins = ["cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"];

    public static RuntimeFiles Read(KnownRuntime runtime)
    {
        var known = new RuntimeFiles(null, null, null, null);
        foreach (var file in runtime.Files.SelectMany(Files))
            known = Entries(file).Aggregate(known, (sum, entry) => sum.With(file, entry));

        return known;
    }

    private RuntimeFiles With(string file, (string Table, string Key, IReadOnlyList<string> Texts) entry) => entry switch
    {
        // plugins."io.containerd.grpc.v1.cri".cni, and plugins.'io.containerd.cri.v1.runtime'.cni from containerd 2.
        ({ } table, "conf_dir", [['/', ..] path]) when table.EndsWith(".cni", StringComparison.Ordinal) =>
            this with { File = file, ConfigurationDirectory = Trimmed(path) },
        ({ } table, "bin_dir" or "bin_dirs", [['/', ..], ..] paths) when table.EndsWith(".cni", StringComparison.Ordinal) =>
            this with { File = file, PluginDirectories = [.. paths.Select(Trimmed)] },
        ("crio.network", "network_dir", [['/', ..] path]) => this with { File = file, ConfigurationDirectory = Trimmed(path) },
        ("crio.network", "plugin_dirs", [['/', ..], ..] paths) =>
            this with { File = file, PluginDirectories = [.. paths.Select(Trimmed)] },
        ("", "disabled_plugins", var plugins) =>
            this with { DisabledBy = plugins.Intersect(CriPlugins, StringComparer.Ordinal).Any() ? file : null },
        _ => this,
    };

    private static string Trimmed(string path) => Path.TrimEndingDirectorySeparator(path);

    // A directory of drop-ins is read in the order of its names.
    private static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path))
            return [path];

        try
        {
            return Directory.GetFiles(path).Order(StringComparer.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (string Table, string Key, IReadOnlyList<string> Texts)[] Entries(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: <= Longest }
                ? TomlStrings.Read(System.IO.File.ReadAllText(file)).ToArray()
                : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return []; // Then the runtime's defaults apply.
        }
    }
}
