using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Invoker;
using Bridge.TestHosts;

namespace Bridge.Benchmarks;

/// <summary>
/// ADD and DEL of chains through CniInvoker, and what that costs above the bare processes: a C program runs the same plugins with the same
/// stdin and environment in the same namespace of the same test host.
/// </summary>
internal sealed class InvokerRuns(Report report, TestHost host, string program, string kind)
{
    /// <summary>The published native program, to be measured as well; unset: only the one that runs.</summary>
    private const string NativeProgram = "BRIDGE_NATIVE_BENCHMARKS";

    private const string Netns = "/run/netns/measured";
    private const string Directory = "/run/bench";

    // The C program opens its standard input when this program opens the other end of it, and ends with it.
    private const string Script = $"""
        rm -rf {Directory} && mkdir {Directory} && cd {Directory} && mkfifo {ReferenceChain.CommandPipe} {ReferenceChain.TimePipe} || exit
        /opt/cni/bin/chain . < {ReferenceChain.CommandPipe} > {ReferenceChain.TimePipe} &
        exec "$0" "$@"
        """;

    // For plugins that take no time, more runs are to be had.
    private const int RunsOfNothing = 10;

    private const string Nothing = """
        { "cniVersion": "1.0.0", "name": "nothing", "plugins": [{ "type": "nothing" }, { "type": "nothing" }, { "type": "nothing" }] }
        """;

    public static async Task MeasureAsync(Report report, int runs, CancellationToken cancellationToken)
    {
        Report.Progress("CniInvoker: starting a test host");
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                CniNetworks = new Dictionary<string, string>
                {
                    [CniNetworks.FileName] = CniNetworks.BareChain,
                    [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
                    ["30-nothing.conflist"] = Nothing,
                },
            },
            cancellationToken);
        (await host.RunAsync(["ip", "netns", "add", Path.GetFileName(Netns)], cancellationToken)).EnsureSuccess();
        await CompileAsync(host, "nothing.c", "/opt/cni/bin/nothing", cancellationToken);
        await CompileAsync(host, "chain.c", "/opt/cni/bin/chain", cancellationToken);
        await new InvokerRuns(report, host, Environment.ProcessPath!, "JIT").MeasureAsync(runs, cancellationToken);
        if (Environment.GetEnvironmentVariable(NativeProgram) is { Length: > 0 } native)
            await new InvokerRuns(report, host, native, "native").MeasureAsync(runs, cancellationToken);
    }

    private async Task MeasureAsync(int runs, CancellationToken cancellationToken)
    {
        await CompareAsync("nothing", "three plugins that do nothing", withProcess: false, runs * RunsOfNothing, cancellationToken);
        await CompareAsync("nothing", "three plugins that do nothing", withProcess: true, runs * RunsOfNothing, cancellationToken);
        await CompareAsync(CniNetworks.Name, "bridge, host-local", withProcess: false, runs, cancellationToken);
        await CompareAsync(CniNetworks.SecondName, "bridge + ipMasq, host-local, portmap without ports, firewall", withProcess: false, runs,
            cancellationToken);
        var calls = await SystemCalls.PerRunAsync(host, program, Netns, runs: 6, cancellationToken);
        report.Figure($"{kind}: system calls per plugin run, without idle threads' `sched_yield`",
            calls?.ToString("F0", CultureInfo.InvariantCulture) ?? "not counted: no strace");
    }

    private async Task CompareAsync(string network, string chain, bool withProcess, int runs, CancellationToken cancellationToken)
    {
        Report.Progress($"CniInvoker, {kind}{(withProcess ? ", with Process" : "")}: {chain}");
        var series = await RunInsideAsync(network, withProcess, runs, cancellationToken);
        foreach (var verb in new[] { "ADD", "DEL" })
            Tell(verb, chain, series, withProcess ? "Process" : "CniInvoker");
    }

    private void Tell(string verb, string chain, Dictionary<string, double[]> series, string contender)
    {
        var own = series[$"{contender} {verb}"];
        var bare = series[$"reference {contender} {verb}"];
        var beyond = own.Zip(bare, (one, other) => one - other).ToArray();
        var (low, high) = Report.MedianWithin(beyond);
        var ratio = Report.Percentile([.. own.Zip(bare, (one, other) => one / other)], 50);
        report.Microseconds($"{kind}, {verb}, {chain}: bare process, per plugin run", bare);
        report.Microseconds(
            contender == "CniInvoker"
                ? "beyond that through CniInvoker"
                : "beyond that with `System.Diagnostics.Process` as CniInvoker's executor",
            beyond,
            string.Create(
                CultureInfo.InvariantCulture, $"{ratio:F2} × bare; the p50 is between {low * 1000:F0} and {high * 1000:F0} µs (95 %)"));
        if (contender == "CniInvoker")
            report.Figure("allocated by the whole chain", $"{series[$"allocated {verb}"][0] / 1024:F0} KiB");
    }

    private async Task<Dictionary<string, double[]>> RunInsideAsync(
        string network, bool withProcess, int runs, CancellationToken cancellationToken)
    {
        string[] arguments = ["paired", network, Netns, Directory, withProcess ? "process" : "",
            runs.ToString(CultureInfo.InvariantCulture)];
        var output = (await host.RunAsync(["sh", "-c", Script, program, .. arguments], cancellationToken)).EnsureSuccess().Output;
        return output.Split('\n').Select(line => line.Split(": ")).ToDictionary(
            parts => parts[0], parts => parts[1].Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray());
    }

    // By this machine's compiler: a host with another engine has that engine's programs.
    private static async Task CompileAsync(TestHost host, string source, string target, CancellationToken cancellationToken)
    {
        using var compiler =
            Process.Start(
                "clang", ["-O2", "-static", "-o", host.PathOf(target), Path.Combine(AppContext.BaseDirectory, "Reference", source)]);
        await compiler.WaitForExitAsync(cancellationToken);
        if (compiler.ExitCode != 0)
            throw new InvalidOperationException($"{source} could not be compiled; clang says why on standard error.");
    }
}
