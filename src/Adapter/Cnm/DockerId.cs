namespace Bridge.Adapter.Cnm;

/// <summary>
/// Network and endpoint ids become file names and CNI container ids, so only letters and digits are accepted. Ids of swarm networks are
/// base 36, others hexadecimal.
/// </summary>
internal static class DockerId
{
    private const int LongestId = 128;

    /// <exception cref="CnmException">The id is empty, too long, or contains another character.</exception>
    public static string Require(string id, string field)
    {
        if (id.Length is > 0 and <= LongestId && id.All(char.IsAsciiLetterOrDigit))
            return id;

        throw new CnmException(
            $"{field} {Quote(id)} is not an id: 1 to {LongestId} ASCII letters and digits are expected. Nothing was done.");
    }

    /// <summary>The first 12 characters, as in docker's listings.</summary>
    public static string Short(string id) => id.Length <= 12 ? id : id[..12];

    private static string Quote(string id) =>
        $"\"{new string([.. id.Take(40).Select(c => char.IsControl(c) ? '?' : c)])}{(id.Length > 40 ? "…" : "")}\"";
}
