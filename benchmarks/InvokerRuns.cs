using System.Diagnostics;
using System.Globalization;
using Bridge.TestHosts;
using CniInvoker;

namespace Bridge.Benchmarks;

/// <summary>ADD and DEL of real chains through CniInvoker, in a namespace of a test host.</summary>
internal static class InvokerRuns
{
    public static async Task MeasureAsync(Report report, int runs, CancellationToken cancellationToken)
    {
        foreach (var (name, conflist) in new[] { ("bridge + ipMasq, host-local, portmap without ports, firewall", CniNetworks.StockChain), ("bridge, host-local", CniNetworks.BareChain) })
        {
            Report.Progress($"CniInvoker: {name}");
            await using var host = await TestHost.StartAsync(
                new TestHostOptions { CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = conflist } }, cancellationToken);
            (await host.RunAsync(["ip", "netns", "add", "measured"], cancellationToken)).EnsureSuccess();
            var inside = await host.RunAsync(
                [Environment.ProcessPath!, "invoker", "/etc/cni/net.d", "/run/netns/measured", runs.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            var lines = inside.EnsureSuccess().Output.Split('\n');
            report.Times($"CniInvoker ADD: {name}", Numbers(lines[0]));
            report.Times($"CniInvoker DEL: {name}", Numbers(lines[1]));
        }
    }

    public static async Task<int> RunInsideAsync(string configurationDirectory, string netns, int count)
    {
        var network = new ConfigurationDirectory(configurationDirectory).Load().Networks[0];
        var runtime = new CniRuntime(
            new PluginProcess(TimeProvider.System), new PluginPath(["/opt/cni/bin", "/usr/lib/cni"]), new CniDeadlines(), TimeProvider.System);
        var adds = new List<double>();
        var deletes = new List<double>();
        for (var run = -1; run < count; run++)
        {
            var attachment = new Attachment($"run{run + 1}", netns, "eth0");
            var start = Stopwatch.GetTimestamp();
            var result = await runtime.AddAsync(network, attachment, previousResult: null, CancellationToken.None);
            var added = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            await runtime.DeleteAsync(network, attachment, result, CancellationToken.None);
            if (run >= 0)
            {
                adds.Add(added);
                deletes.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Console.WriteLine(Text(adds));
        Console.WriteLine(Text(deletes));
        return 0;
    }

    private static string Text(IEnumerable<double> numbers) => string.Join(' ', numbers.Select(number => number.ToString("F3", CultureInfo.InvariantCulture)));

    private static double[] Numbers(string text) => [.. text.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
}
