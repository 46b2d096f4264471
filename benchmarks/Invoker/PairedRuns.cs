using System.Globalization;
using CniInvoker;

namespace Bridge.Benchmarks.Invoker;

/// <summary>
/// What runs inside a test host: ADD and DEL of one attachment through CniInvoker and by the C program, by turns, with the same binaries,
/// environments and stdin. Prints one line per series of times, in milliseconds per plugin run.
/// </summary>
internal static class PairedRuns
{
    private const string Warmth = "nothing";
    private const int WarmUps = 200;
    private static readonly CniOperation[] Operations = [CniOperation.Add, CniOperation.Delete];

    /// <param name="networkName">One of /etc/cni/net.d.</param>
    /// <param name="netns">The path of the container's network namespace.</param>
    /// <param name="directory">Where the C program waits.</param>
    /// <param name="withProcess">Whether System.Diagnostics.Process takes part. Once it is used the process handles SIGCHLD.</param>
    /// <param name="count">Pairs of runs.</param>
    public static async Task<int> RunAsync(string networkName, string netns, string directory, bool withProcess, int count)
    {
        await WarmUpAsync(netns, withProcess);
        var network = Network(networkName);
        var recorder = new RecordingExecutor(new PluginProcess(TimeProvider.System));
        var recorded = new Contender("recorded", recorder, network, netns);
        await RunBothAsync(recorded);
        using var reference = ReferenceChain.Of(recorder.Requests, directory);
        var contenders = Contenders(network, netns, withProcess);
        var times = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
        for (var run = -2; run < count; run++)
        {
            foreach (var contender in contenders)
            {
                var isFirst = run % 2 == 0;
                var bare = isFirst ? Operations.Select(reference.Run).ToArray() : null;
                TimeSpan[] own = [await contender.RunAsync(CniOperation.Add), await contender.RunAsync(CniOperation.Delete)];
                bare ??= [.. Operations.Select(reference.Run)];
                for (var i = 0; i < Operations.Length && run >= 0; i++)
                {
                    Keep($"{contender.Name} {Operations[i].Verb()}", own[i] / network.Plugins.Count);
                    Keep($"reference {contender.Name} {Operations[i].Verb()}", bare[i] / network.Plugins.Count);
                }
            }
        }

        foreach (var (series, values) in times)
            Console.WriteLine($"{series}: {string.Join(' ', values.Select(value => value.ToString("F4", CultureInfo.InvariantCulture)))}");

        await PrintAllocationsAsync(contenders[0]);
        return 0;

        void Keep(string series, TimeSpan time)
        {
            times.TryAdd(series, []);
            times[series].Add(time.TotalMilliseconds);
        }
    }

    /// <summary>ADD and DEL of plugins that do nothing, for counting system calls.</summary>
    public static async Task<int> RepeatAsync(string netns, int count)
    {
        var contender = Contenders(Network(Warmth), netns, withProcess: false)[0];
        for (var run = 0; run < count; run++)
            await RunBothAsync(contender);

        return 0;
    }

    /// <summary>One ADD or DEL of plugins that do nothing, as a program that is started for it alone.</summary>
    public static async Task<int> RunOnceAsync(CniOperation operation, string netns)
    {
        Directory.CreateDirectory("/run/bench");
        await Contenders(Network(Warmth), netns, withProcess: false)[0].RunAsync(operation);
        return 0;
    }

    private static NetworkConfiguration Network(string name) =>
        new ConfigurationDirectory("/etc/cni/net.d").Load().Networks.Single(network => network.Name == name);

    private static List<Contender> Contenders(NetworkConfiguration network, string netns, bool withProcess)
    {
        List<Contender> contenders = [new("CniInvoker", new PluginProcess(TimeProvider.System), network, netns)];
        if (withProcess)
            contenders.Add(new("Process", new ProcessExecutor(), network, netns));

        return contenders;
    }

    private static async Task WarmUpAsync(string netns, bool withProcess)
    {
        foreach (var contender in Contenders(Network(Warmth), netns, withProcess))
        {
            for (var run = 0; run < WarmUps; run++)
                await RunBothAsync(contender);
        }
    }

    private static async Task RunBothAsync(Contender contender)
    {
        foreach (var operation in Operations)
            await contender.RunAsync(operation);
    }

    // Apart from the times: the exact count stops every thread.
    private static async Task PrintAllocationsAsync(Contender contender)
    {
        foreach (var operation in Operations)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await contender.RunAsync(operation);
            Console.WriteLine($"allocated {operation.Verb()}: {GC.GetTotalAllocatedBytes(precise: true) - before}");
        }
    }
}
