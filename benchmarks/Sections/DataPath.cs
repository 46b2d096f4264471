using System.Globalization;
using System.Text.Json;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Stage;
using Bridge.TestHosts.Sockets;

namespace Bridge.Benchmarks.Sections;

/// <summary>TCP between two containers of one CNI network, by iperf3 of this machine in their network namespaces.</summary>
internal static class DataPath
{
    public const string Rate = "TCP throughput, one stream of iperf3";
    public const string ContainerToPod = "container → pod";
    public const string PodToContainer = "pod → container";
    private const string PodToPod = "pod → pod";
    private const int UsualRounds = 10;

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        await using var bench = await BenchHost.StartAsync(options with { Cases = [NetworkCase.Staged] }, samples, cancellationToken);
        if ((await bench.Host.FromHost.RunAsync(["sh", "-c", "command -v iperf3"], cancellationToken)).ExitCode != 0)
        {
            samples.Note("no data path: iperf3 is not installed");
            return;
        }

        await bench.DockerAsync(
            ["run", "-d", "--name", "container", "--network", Chains.Pods, BenchHost.Image, "sleep", "infinity"], cancellationToken);
        var container = await bench.Host.FromContainerAsync("container", cancellationToken);
        var containerAddress = (await bench.Host.DockerAsync(
            ["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", "container"],
            cancellationToken)).EnsureSuccess().Output;
        var one = await bench.Host.Pods.RunAsync("one", ["sleep", "infinity"], cancellationToken);
        var other = await bench.Host.Pods.RunAsync("other", ["sleep", "infinity"], cancellationToken);
        var pod = await bench.Host.FromPodAsync(one, cancellationToken);
        var otherPod = await bench.Host.FromPodAsync(other, cancellationToken);
        (string Name, Vantage From, Vantage To, string Address)[] paths =
        [
            (PodToPod, pod, otherPod, other.Ip),
            (ContainerToPod, container, otherPod, other.Ip),
            (PodToContainer, pod, container, containerAddress),
        ];
        var rounds = options.RoundsOf(UsualRounds);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var path in Turns.Of(paths))
            {
                var gigabits = await MeasureOnceAsync(path.From, path.To, path.Address, options.Times(3, 1), cancellationToken);
                samples.Add(Rate, path.Name, "Gbit/s", gigabits, PodToPod);
            }

            Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"data path: round {round + 1} of {rounds}"));
        }
    }

    private static async Task<double> MeasureOnceAsync(
        Vantage from, Vantage to, string address, int seconds, CancellationToken cancellationToken)
    {
        var server = to.RunAsync(["iperf3", "--server", "--one-off"], cancellationToken);
        // Without a server yet, the client fails at once and says so.
        const string patiently = """
            for attempt in $(seq 20); do
                if report=$(iperf3 --json --client "$0" --connect-timeout 2000 --time "$1"); then echo "$report"; exit; fi
                sleep 0.1
            done
            echo "$report"
            exit 1
            """;
        var client = await from.RunAsync(
            ["sh", "-c", patiently, address, seconds.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        using var json = JsonDocument.Parse(client.EnsureSuccess().Output);
        await server;
        return json.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e9;
    }
}
