using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Invoker;
using Bridge.Benchmarks.Results;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Benchmarks.Sections;

/// <summary>
/// ADD and DEL of chains through CniInvoker, and what that costs above the bare processes: a C program runs the same plugins with the same
/// stdin and environment in the same namespace of the same test host.
/// </summary>
internal sealed class InvokerRuns(Samples samples, TestHost host, string program, string kind)
{
    /// <summary>The published native program, to be measured as well; unset: only the one that runs.</summary>
    public const string NativeProgram = "BRIDGE_NATIVE_BENCHMARKS";

    public const string Netns = "/run/netns/measured";
    private const string Directory = "/run/bench";

    // The C program opens its standard input when this program opens the other end of it, and ends with it.
    private const string Script = $"""
        rm -rf {Directory} && mkdir {Directory} && cd {Directory} && mkfifo {ReferenceChain.CommandPipe} {ReferenceChain.TimePipe} || exit
        /opt/cni/bin/chain . < {ReferenceChain.CommandPipe} > {ReferenceChain.TimePipe} &
        exec "$0" "$@"
        """;

    private const string Idle = "three plugins that do nothing";

    // For plugins that take no time, more runs are to be had.
    private const int RunsOfNothing = 10;

    private const string Nothing = """
        { "cniVersion": "1.0.0", "name": "nothing", "plugins": [{ "type": "nothing" }, { "type": "nothing" }, { "type": "nothing" }] }
        """;

    public static string? NativeBenchmarks => Environment.GetEnvironmentVariable(NativeProgram) is { Length: > 0 } path ? path : null;

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        Progress.Tell("CniInvoker: starting a test host");
        await using var host = await StartHostAsync(cancellationToken);
        await CompileAsync(host, "chain.c", "/opt/cni/bin/chain", cancellationToken);
        var runs = options.RoundsOf(30);
        // A host with another engine has that engine's /usr, and no .NET in it.
        if (EngineTree.Chosen is null && !options.IsQuick)
            await new InvokerRuns(samples, host, Environment.ProcessPath!, "JIT").MeasureAsync(runs, cancellationToken);

        if (NativeBenchmarks is { } native)
            await new InvokerRuns(samples, host, native, "native").MeasureAsync(runs, cancellationToken);
    }

    /// <summary>A host with the namespace <see cref="Netns"/> and a CNI network "nothing", whose plugins do nothing.</summary>
    public static async Task<TestHost> StartHostAsync(CancellationToken cancellationToken)
    {
        var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                StartEngine = false,
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
        return host;
    }

    private async Task MeasureAsync(int runs, CancellationToken cancellationToken)
    {
        await CompareAsync("nothing", Idle, withProcess: false, runs * RunsOfNothing, cancellationToken);
        await CompareAsync("nothing", Idle, withProcess: true, runs * RunsOfNothing, cancellationToken);
        await CompareAsync(CniNetworks.Name, "bridge, host-local", withProcess: false, runs, cancellationToken);
        await CompareAsync(CniNetworks.SecondName, "bridge + ipMasq, host-local, portmap without ports, firewall", withProcess: false, runs,
            cancellationToken);
        if (await SystemCalls.PerRunAsync(host, program, Netns, runs: 6, cancellationToken) is { } calls)
            samples.Add("System calls per plugin run, without idle threads' `sched_yield`", kind, "", calls);
    }

    private async Task CompareAsync(string network, string chain, bool withProcess, int runs, CancellationToken cancellationToken)
    {
        Progress.Tell($"CniInvoker, {kind}{(withProcess ? ", with Process" : "")}: {chain}");
        var contender = withProcess ? "Process" : "CniInvoker";
        var series = await RunInsideAsync(network, withProcess, runs, cancellationToken);
        foreach (var verb in new[] { "ADD", "DEL" })
        {
            var what = $"{verb} of {chain}: time per plugin run";
            var bare = $"bare process, beside {kind} {contender}";
            foreach (var value in series[$"reference {contender} {verb}"])
                samples.Add(what, bare, "ms", value);

            foreach (var value in series[$"{contender} {verb}"])
                samples.Add(what, withProcess ? $"{kind}, `System.Diagnostics.Process` as CniInvoker's executor" : kind, "ms", value, bare);

            if (!withProcess)
                samples.Add($"Allocated by {verb} of the whole chain", $"{kind}: {chain}", "KiB", series[$"allocated {verb}"][0] / 1024);
        }
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
