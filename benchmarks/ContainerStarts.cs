using System.Text.Json;
using Bridge.TestHosts;

namespace Bridge.Benchmarks;

/// <summary>
/// What a user waits for: `docker run --rm` of `true` without a network, on docker0, and on a CNI network, with addresses that are
/// reserved ahead and with such that come with the interface; and how much of the difference is cnm-cni itself.
/// </summary>
internal static class ContainerStarts
{
    private const string Image = "bridge-test";
    private const string Reserved = "reserved";
    private const string Unreserved = "unreserved";

    public static async Task MeasureAsync(Report report, int runs, CancellationToken cancellationToken)
    {
        Report.Progress("starting a test host");
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.StockChain },
                BridgeSettings = "log: {format: json}\n",
                StartBridge = true,
            },
            cancellationToken);
        (await host.BridgeAsync(
            ["networks", "create", CniNetworks.Name, "--name", Reserved, "--ipam", "cni"], cancellationToken)).EnsureSuccess();
        (await host.BridgeAsync(
            ["networks", "create", CniNetworks.Name, "--name", Unreserved, "--ipam", "null"], cancellationToken)).EnsureSuccess();

        string[] networks = ["none", "bridge", Reserved, Unreserved];
        var times = networks.ToDictionary(network => network, _ => new List<double>());
        var ownShare = networks.ToDictionary(network => network, _ => new List<double>());
        var inPlugins = networks.ToDictionary(network => network, _ => new List<double>());
        for (var run = -1; run < runs; run++)
        {
            foreach (var network in networks)
            {
                var before = host.Bridge.Log.Length;
                var result = await host.DockerAsync(["run", "--rm", "--network", network, Image, "true"], cancellationToken);
                result.EnsureSuccess();
                if (run < 0)
                    continue; // The first of each warms caches that a running host has warm.

                times[network].Add(result.Duration.TotalMilliseconds);
                var (all, plugins) = Calls(host.Bridge.Log[before..]);
                ownShare[network].Add(all - plugins);
                inPlugins[network].Add(plugins);
            }

            Report.Progress($"docker run, round {run + 1} of {runs}");
        }

        report.Times("`docker run --rm … true`, network none", times["none"]);
        report.Times("the same on docker0", times["bridge"], Report.Ratio(times["bridge"], times["none"], "none"));
        Tell(
            "the same on a CNI network (bridge + ipMasq, host-local, firewall), `--ipam-driver cni`",
            Reserved,
            $"{Report.Ratio(times[Reserved], times["bridge"], "docker0")}, {Report.Ratio(
                times[Reserved], times[Unreserved], "`--ipam-driver null`")}");
        Tell("the same, `--ipam-driver null`", Unreserved, Report.Ratio(times[Unreserved], times["bridge"], "docker0"));

        void Tell(string what, string network, string ratio)
        {
            report.Times(what, times[network], ratio);
            report.Times("of that: in CNI plugins", inPlugins[network]);
            report.Times("of that: cnm-cni's own share, attach + detach", ownShare[network], "goal: p50 ≤ 15 ms");
        }
    }

    /// <summary>The sum over all calls of one container's life: their time, and the part that plugins took.</summary>
    private static (double All, double Plugins) Calls(string log)
    {
        var all = 0.0;
        var plugins = 0.0;
        foreach (var line in log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("EventId").GetInt32() == 100)
            {
                all += json.RootElement.GetProperty("State").GetProperty("Milliseconds").GetDouble();
                plugins += json.RootElement.GetProperty("State").GetProperty("PluginMilliseconds").GetDouble();
            }
        }

        return (all, plugins);
    }
}
