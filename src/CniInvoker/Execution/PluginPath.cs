namespace CniInvoker;

/// <summary>The plugin directories: CNI_PATH (SPEC §2 "Parameters").</summary>
/// <param name="directories">Absolute paths in search order, asked for at each use: they may change. They need not exist.</param>
public sealed class PluginPath(Func<IReadOnlyList<string>> directories)
{
    /// <param name="directories">Absolute paths in search order. They need not exist.</param>
    public PluginPath(IReadOnlyList<string> directories)
        : this(() => directories)
    {
    }

    /// <summary>The directories in search order.</summary>
    public IReadOnlyList<string> Directories => directories();

    /// <summary>Whether there is a file of that name, executable or not.</summary>
    internal bool Has(string pluginType) =>
        Identifier.PluginTypeProblem(pluginType) is null && Directories.Any(directory => File.Exists(Path.Combine(directory, pluginType)));

    /// <summary>The path of the first executable file of that name.</summary>
    /// <param name="pluginType">A file name.</param>
    /// <exception cref="CniException">There is none, or the type is not a file name (code 7).</exception>
    public string Find(string pluginType)
    {
        if (Identifier.PluginTypeProblem(pluginType) is { } problem)
        {
            var printable = pluginType.Replace("\0", "\\0", StringComparison.Ordinal);
            throw new CniException(CniErrorCode.InvalidNetworkConfiguration, $"plugin type \"{printable}\" {problem}");
        }

        var searched = Directories;
        var files = searched.Select(directory => Path.Combine(directory, pluginType)).Where(File.Exists).ToArray();
        return files.FirstOrDefault(LibC.IsExecutable) ?? throw new CniException(
            CniErrorCode.None,
            files.Length > 0
                ? $"plugin \"{pluginType}\" is not executable; run chmod +x {files[0]}"
                : $"plugin \"{pluginType}\" was not found in {string.Join(':', searched)}; install it there, or correct \"type\"");
    }
}
