namespace Bridge.Adapter.Settings;

/// <summary>The keys that may stand in one mapping, and what each does to the settings read so far.</summary>
internal sealed class SettingsSection<T> : Dictionary<string, Func<T, SettingsValue, T>>
{
    public SettingsSection() : base(StringComparer.Ordinal)
    {
    }

    /// <summary>The key somebody probably meant, or null when none is near.</summary>
    public string? Nearest(string written)
    {
        var nearest = Keys.Select(key => (Key: key, Distance: Distance(key.ToLowerInvariant(), written.ToLowerInvariant()))).MinBy(pair => pair.Distance);
        return nearest.Distance <= Math.Max(1, written.Length / 3) ? nearest.Key : null;
    }

    /// <summary>Levenshtein's distance: how many letters must be inserted, removed or replaced.</summary>
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
