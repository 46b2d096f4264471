namespace CniInvoker;

/// <summary>What a configuration directory holds beside networks, for the person who misses one: its file may have the wrong ending.</summary>
internal static class UnreadFiles
{
    private const int MostNames = 5;

    /// <summary>Of what was surely meant to be read.</summary>
    public static IEnumerable<ConfigurationProblem> Warnings(string directory, IEnumerable<string> files, IReadOnlyList<string> extensions)
    {
        if (!Path.Exists(directory))
            return [new ConfigurationProblem(directory, "there is no such directory")];

        return Unread(files, extensions).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => new ConfigurationProblem(file, $"it is not read: write {Path.GetExtension(file).ToLowerInvariant()} in small letters"));
    }

    /// <returns>For the end of a sentence that says that a network is missing, from a semicolon on; empty when there is nothing to say.</returns>
    public static string Text(string directory, IEnumerable<string> files, IReadOnlyList<string> extensions)
    {
        if (!Path.Exists(directory))
            return "; there is no such directory";

        var names = Unread(files, extensions).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        return names.Length == 0
            ? ""
            : $"; files that end with none of {string.Join(", ", extensions)} are not read: {string.Join(", ", names.Take(MostNames))}{(names.Length > MostNames ? ", …" : "")}";
    }

    private static IEnumerable<string> Unread(IEnumerable<string> files, IReadOnlyList<string> extensions) =>
        files.Where(file => !extensions.Contains(Path.GetExtension(file), StringComparer.Ordinal));
}
