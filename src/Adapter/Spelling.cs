namespace Bridge.Adapter;

/// <summary>Suggestions for misspelt words.</summary>
internal static class Spelling
{
    /// <summary>The known word nearest to the written one, whatever the case; null when they differ in more letters than allowed.</summary>
    public static string? Nearest(IEnumerable<string> known, string written, int most)
    {
        var nearest = known.Select(word => (Word: word, Distance: Distance(word.ToLowerInvariant(), written.ToLowerInvariant())))
            .MinBy(pair => pair.Distance);
        return nearest.Distance <= most ? nearest.Word : null;
    }

    // Levenshtein's distance: how many letters must be inserted, removed or replaced.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
