namespace Bridge.Fuzzing.Loop;

/// <summary>
/// Of all inputs that led somewhere new the few, and these as small as can be, that lead to every edge which the corpus does not lead to
/// yet.
/// </summary>
internal sealed class WorthKeeping(FuzzLoop loop)
{
    private const int LongestFile = 2048;

    /// <param name="seeds">The corpus as it is.</param>
    /// <param name="most">How many inputs may be added; none when that is not above 0.</param>
    public List<byte[]> Of(IReadOnlyList<byte[]> seeds, int most)
    {
        var covered = seeds.SelectMany(loop.EdgesOf).ToHashSet();
        var kept = new List<byte[]>();
        foreach (var candidate in loop.Corpus.OrderBy(input => input.Length))
        {
            var gained = loop.EdgesOf(candidate).Where(edge => !covered.Contains(edge)).ToHashSet();
            if (gained.Count == 0 || kept.Count >= most)
                continue;

            var smallest = Shrinking.Shrink(candidate, smaller => gained.IsSubsetOf(loop.EdgesOf(smaller)));
            if (smallest.Length <= LongestFile)
            {
                kept.Add(smallest);
                covered.UnionWith(loop.EdgesOf(smallest));
            }
        }

        return kept;
    }
}
