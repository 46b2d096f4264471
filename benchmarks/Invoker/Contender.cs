using System.Diagnostics;
using CniInvoker;

namespace Bridge.Benchmarks.Invoker;

/// <summary>One way of running a network's plugins, and the times that it took.</summary>
/// <param name="name">For the report.</param>
/// <param name="executor">How it runs them.</param>
/// <param name="network">The plugins.</param>
/// <param name="netns">The path of the container's network namespace.</param>
internal sealed class Contender(string name, IPluginExecutor executor, NetworkConfiguration network, string netns)
{
    private readonly CniRuntime _runtime = new(
        executor,
        new PluginPath(["/opt/cni/bin", "/usr/lib/cni"]),
        new CniDeadlines(),
        TimeProvider.System,
        new OperationLocks("/run/bench/cni.lock", TimeProvider.System));

    private readonly Attachment _attachment = new("measured", netns, "eth0");
    private CniResult? _result;

    public string Name => name;

    public async Task<TimeSpan> RunAsync(CniOperation operation)
    {
        var start = Stopwatch.GetTimestamp();
        if (operation == CniOperation.Add)
            _result = await _runtime.AddAsync(network, _attachment, previousResult: null, CancellationToken.None);
        else
            await _runtime.DeleteAsync(network, _attachment, _result, CancellationToken.None);

        return Stopwatch.GetElapsedTime(start);
    }
}
