namespace Bridge.Benchmarks.Results;

/// <summary>Percentiles, and how sure the comparison of two medians is.</summary>
internal static class Statistics
{
    private const int Resamples = 2000;

    public static double Percentile(IEnumerable<double> values, int percent)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
    }

    public static double Median(IEnumerable<double> values) => Percentile(values, 50);

    /// <summary>
    /// A comparison of the medians of two series, and where it lies with 95 % confidence: a percentile bootstrap that draws whole rounds,
    /// so that what slows down a round slows down both. The seed is fixed: the same values give the same interval.
    /// </summary>
    /// <param name="one">Of one case.</param>
    /// <param name="other">Of the case to which it is compared; of another length, it is drawn independently.</param>
    /// <param name="compare">The ratio or the difference.</param>
    public static Estimate Compare(IReadOnlyList<double> one, IReadOnlyList<double> other, Func<double, double, double> compare)
    {
        var random = new Random(1);
        var drawn = new double[Resamples];
        for (var resample = 0; resample < Resamples; resample++)
        {
            var rounds = Draw(random, one.Count);
            var otherRounds = other.Count == one.Count ? rounds : Draw(random, other.Count);
            drawn[resample] = compare(Median(rounds.Select(round => one[round])), Median(otherRounds.Select(round => other[round])));
        }

        Array.Sort(drawn);
        return new Estimate(
            compare(Median(one), Median(other)), drawn[(int)(Resamples * 0.025)], drawn[(int)(Resamples * 0.975)]);
    }

    public static Estimate Ratio(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
        Compare(one, other, (value, reference) => value / reference);

    public static Estimate Difference(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
        Compare(one, other, (value, reference) => value - reference);

    /// <summary>A median alone.</summary>
    public static Estimate Alone(IReadOnlyList<double> values) => Compare(values, values, (value, _) => value);

    private static int[] Draw(Random random, int count)
    {
        var drawn = new int[count];
        for (var index = 0; index < count; index++)
            drawn[index] = random.Next(count);

        return drawn;
    }
}

/// <summary>A value, and the bounds of its 95 % interval.</summary>
internal readonly record struct Estimate(double Value, double Low, double High);
