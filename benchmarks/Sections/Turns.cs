namespace Bridge.Benchmarks.Sections;

/// <summary>Everything has its turn in each round, in another order each time.</summary>
internal static class Turns
{
    public static T[] Of<T>(IEnumerable<T> cases)
    {
        var turns = cases.ToArray();
        Random.Shared.Shuffle(turns);
        return turns;
    }
}
