using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Stage;

namespace Bridge.Benchmarks.Sections;

/// <summary>Processor time of one container's whole life, with what is done about it in the background.</summary>
internal static class Processor
{
    private const int UsualRounds = 6;

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        await using var bench = await BenchHost.StartAsync(options, samples, cancellationToken);
        var cases = bench.Cases.Where(each => each.Network is not null).ToArray();
        var rounds = options.RoundsOf(UsualRounds);
        for (var round = -1; round < rounds; round++)
        {
            var (containers, kept) = round < 0 ? (1, new Samples()) : (options.Times(10, 2), samples);
            foreach (var network in Turns.Of(cases))
                await MeasureOnceAsync(bench, network, containers, kept, cancellationToken);

            Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"processor time: round {round + 1} of {rounds}"));
        }
    }

    private static async Task MeasureOnceAsync(
        BenchHost bench, NetworkCase network, int containers, Samples samples, CancellationToken cancellationToken)
    {
        await bench.SettleAsync(cancellationToken);
        var before = ProcessorTimes.Read(bench);
        for (var container = 0; container < containers; container++)
            await bench.RunAsync(network, cancellationToken);

        await bench.SettleAsync(cancellationToken);
        var used = ProcessorTimes.Read(bench) - before;
        Add("all processes of the host (without the docker command)", used.All);
        Add("dockerd", used.Dockerd);
        Add("containerd, without shims and runc", used.Containerd);
        if (!network.IsOurs)
            return;

        Add("cnm-cni itself", used.Own);
        Add("plugins and what they start", used.Plugins);

        void Add(string of, double milliseconds) =>
            samples.Add($"Processor time per container: {of}", network.Name, "ms", milliseconds / containers, NetworkCase.Docker0);
    }
}
