using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Stage;

namespace Bridge.Benchmarks.Sections;

/// <summary>What a user waits for when one container starts and ends on a quiet host.</summary>
internal static class Starts
{
    public const string Run = "`docker run --rm … true`";
    public const string Start = "Start: `docker run -d` returns (pod: RunPodSandbox)";
    public const string FirstPacket = "Start to first packet: the container's first process has reached the host's address on its network";
    public const string Removal = "Removal: `docker rm -f` of a running container (pod: StopPodSandbox and RemovePodSandbox)";
    public const string OwnShare = "cnm-cni's own share of `docker run --rm`: time in its calls, without that in plugins";
    private const string InPlugins = "Time in plugins that its calls wait for";

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        await using var bench = await BenchHost.StartAsync(options, samples, cancellationToken);
        await using var connections = new FirstConnections(bench.Host);
        var rounds = options.RoundsOf(BenchmarkOptions.UsualRounds);
        for (var round = -1; round < rounds; round++)
        {
            foreach (var network in Turns.Of(bench.Cases))
            {
                // The first round warms what a running host has warm, and makes what plugins make once.
                await MeasureOnceAsync(bench, connections, network, round < 0 ? new Samples() : samples, cancellationToken);
            }

            Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"starts: round {round + 1} of {rounds}"));
        }
    }

    /// <summary>`docker run --rm`, and how much of it cnm-cni takes.</summary>
    public static async Task MeasureRunAsync(
        BenchHost bench, NetworkCase network, Samples samples, (string Run, string Own, string Plugins) names,
        CancellationToken cancellationToken)
    {
        await bench.SettleAsync(cancellationToken);
        bench.Calls.Skip();
        samples.Add(names.Run, network.Name, "ms", await bench.RunAsync(network, cancellationToken), NetworkCase.Docker0);
        if (!network.IsOurs)
            return;

        await bench.SettleAsync(cancellationToken); // The log is written a moment after the answer.
        var (own, plugins) = bench.Calls.Read();
        samples.Add(names.Own, network.Name, "ms", own);
        samples.Add(names.Plugins, network.Name, "ms", plugins);
    }

    private static async Task MeasureOnceAsync(
        BenchHost bench, FirstConnections connections, NetworkCase network, Samples samples, CancellationToken cancellationToken)
    {
        if (network.Network is null)
        {
            await MeasurePodAsync(bench, samples, cancellationToken);
            return;
        }

        await MeasureRunAsync(bench, network, samples, (Run, OwnShare, InPlugins), cancellationToken);
        await bench.SettleAsync(cancellationToken);
        connections.Forget();
        var begin = Stopwatch.GetTimestamp();
        var start = bench.DockerAsync(
            ["run", "-d", "--name", "measured", "--network", network.Network, BenchHost.Image,
                .. FirstConnections.Command(network.Gateway)],
            cancellationToken);
        if (network.Gateway is not null)
        {
            samples.Add(
                FirstPacket, network.Name, "ms", await connections.SinceAsync(begin, cancellationToken), NetworkCase.Docker0);
        }

        samples.Add(Start, network.Name, "ms", await start, NetworkCase.Docker0);
        await bench.SettleAsync(cancellationToken);
        samples.Add(
            Removal, network.Name, "ms", await bench.DockerAsync(["rm", "-f", "measured"], cancellationToken), NetworkCase.Docker0);
    }

    private static async Task MeasurePodAsync(BenchHost bench, Samples samples, CancellationToken cancellationToken)
    {
        await bench.SettleAsync(cancellationToken);
        var begin = Stopwatch.GetTimestamp();
        var pod = await bench.Host.Pods.RunSandboxAsync("measured", cancellationToken);
        samples.Add(Start, NetworkCase.Pod, "ms", Stopwatch.GetElapsedTime(begin).TotalMilliseconds, NetworkCase.Docker0);
        begin = Stopwatch.GetTimestamp();
        await pod.RemoveAsync(cancellationToken);
        samples.Add(Removal, NetworkCase.Pod, "ms", Stopwatch.GetElapsedTime(begin).TotalMilliseconds, NetworkCase.Docker0);
    }
}
