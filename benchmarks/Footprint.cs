using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Bridge.TestHosts;

namespace Bridge.Benchmarks;

/// <summary>What the daemon costs by being there: time to its socket, memory when idle and with a hundred endpoints.</summary>
internal static class Footprint
{
    private const int Starts = 15;
    private const int Endpoints = 100;
    private const int AtOnce = 4;

    public static async Task MeasureAsync(Report report, CancellationToken cancellationToken)
    {
        Report.Progress("start of the daemon");
        report.Times(
            "from the start of `cnm-cni serve` to its socket answering", await StartTimesAsync(cancellationToken), "goal: p50 ≤ 150 ms");

        await using var host = await TestHost.StartAsync(
            new TestHostOptions { CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.BareChain },
                StartBridge = true }, cancellationToken);
        (await host.BridgeAsync(["networks", "create", CniNetworks.Name], cancellationToken)).EnsureSuccess();
        report.Figure("resident memory, idle", await ResidentAsync(host, cancellationToken));
        Report.Progress($"{Endpoints} endpoints");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Endpoints),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (_, token) =>
                (await host.DockerAsync(["run", "-d", "--network", CniNetworks.Name, "bridge-test"], token)).EnsureSuccess());
        report.Figure($"resident memory, {Endpoints} endpoints", await ResidentAsync(host, cancellationToken), "goal: ≤ 60 MB");
    }

    private static async Task<string> ResidentAsync(TestHost host, CancellationToken cancellationToken)
    {
        var status = await host.RunAsync(["cat", $"/proc/{host.Bridge.Pid}/status"], cancellationToken);
        var kilobytes = status.EnsureSuccess().Output.Split('\n').First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return $"{double.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024:F1} MB";
    }

    // On directories of its own, so that nothing of the machine's is touched; no Docker is asked.
    private static async Task<List<double>> StartTimesAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("bridge-bench").FullName;
        var socket = Path.Combine(directory, "cni.sock");
        var settings = Path.Combine(directory, "config.yaml");
        await File.WriteAllTextAsync(
            settings,
            $"socket: {socket}\nstateDirectory: {directory}/state\nrunDirectory: {directory}/run\nconfigurationDirectory: " +
            $"{directory}/net.d\ndockerSocket: {directory}/none.sock\n",
            cancellationToken);
        var times = new List<double>();
        for (var run = 0; run < Starts; run++)
        {
            var start = Stopwatch.GetTimestamp();
            using var daemon =
                Process.Start(
                    new ProcessStartInfo(CnmCniBinary.Require(), ["serve", "--config", settings]) { RedirectStandardOutput = true })!;
            daemon.BeginOutputReadLine();
            await AnswersAsync(socket, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            using var terminate = Process.Start("kill", daemon.Id.ToString(CultureInfo.InvariantCulture));
            await daemon.WaitForExitAsync(cancellationToken);
        }

        Directory.Delete(directory, recursive: true);
        return times;
    }

    private static async Task AnswersAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(1, cancellationToken);
            }
        }
    }
}
