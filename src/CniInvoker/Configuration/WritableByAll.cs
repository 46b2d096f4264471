namespace CniInvoker;

/// <summary>Files that decide what runs as root, and that everybody on the machine may change.</summary>
internal static class WritableByAll
{
    /// <param name="file">A plugin or a configuration.</param>
    /// <returns>Of the file and of its directory, in which others could be put.</returns>
    public static IEnumerable<ConfigurationProblem> Warnings(string file) => new[] { Warning(file), Warning(Path.GetDirectoryName(file)!) }.OfType<ConfigurationProblem>();

    public static ConfigurationProblem? Warning(string path) => LibC.TryStat(path, out var status) && status.IsWritableByAll
        ? new ConfigurationProblem(path, $"everybody on this machine may write to it, and with it decides what root runs; chmod o-w {path}")
        : null;
}
