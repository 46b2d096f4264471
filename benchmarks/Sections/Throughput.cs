using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Stage;

namespace Bridge.Benchmarks.Sections;

/// <summary>Many containers, several at once.</summary>
internal static class Throughput
{
    private const int UsualRounds = 4;

    // More than the 48 containers of a burst: none can have the attachment of another before that has rested.
    private const int Reused = 64;

    public static string PerSecond(int atOnce) => string.Create(
        CultureInfo.InvariantCulture, $"`docker run --rm … true`, {atOnce} at once, containers per second");

    private static string Settled(int atOnce) => string.Create(
        CultureInfo.InvariantCulture, $"The same, {atOnce} at once, until cnm-cni has nothing left to do");

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        await using var bench = await BenchHost.StartAsync(options, samples, Reused, cancellationToken);
        var cases = bench.Cases.Where(each => each.Network is not null).ToArray();
        foreach (var network in cases)
            await bench.RunAsync(network, cancellationToken);

        var rounds = options.RoundsOf(UsualRounds);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var atOnce in Turns.Of([1, 4, 16]))
            {
                var containers = options.Times(atOnce == 1 ? 8 : 3 * atOnce, atOnce);
                foreach (var network in Turns.Of(cases))
                    await MeasureOnceAsync(bench, network, atOnce, containers, samples, cancellationToken);
            }

            Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"throughput: round {round + 1} of {rounds}"));
        }
    }

    private static async Task MeasureOnceAsync(
        BenchHost bench, NetworkCase network, int atOnce, int containers, Samples samples, CancellationToken cancellationToken)
    {
        await bench.WarmUpAsync(network, cancellationToken);
        await bench.SettleAsync(cancellationToken);
        var begin = Stopwatch.GetTimestamp();
        var failed = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, containers),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
            async (_, token) =>
            {
                var run = await bench.Host.DockerAsync(["run", "--rm", "--network", network.Network!, BenchHost.Image, "true"], token);
                if (!run.Succeeded)
                {
                    Interlocked.Increment(ref failed);
                    Progress.Tell(run.ToString());
                }
            });
        samples.Add(PerSecond(atOnce), network.Name, "/s", Rate(), NetworkCase.Docker0);
        await bench.SettleAsync(cancellationToken);
        samples.Add(Settled(atOnce), network.Name, "/s", Rate(), NetworkCase.Docker0);
        if (failed > 0)
            samples.Note($"{network.Name}, {atOnce} at once: {failed} of {containers} containers failed in a round and do not count");

        double Rate() => (containers - failed) / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
