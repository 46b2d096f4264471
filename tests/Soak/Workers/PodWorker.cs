using System.Globalization;
using Bridge.Soak.Totals;
using Bridge.TestHosts;
using Bridge.TestHosts.Pods;
using Grpc.Core;

namespace Bridge.Soak.Workers;

/// <summary>Pods that come and go on the same CNI network, as a kubelet makes them; their runtime's plugins are always sound.</summary>
internal sealed class PodWorker(int number, Random random, TestHost host, CommandTotals totals, TimeProvider timeProvider)
{
    private readonly List<Pod> _pods = [];
    private int _made;

    /// <summary>Until it is stopped; the current operation is completed.</summary>
    public async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await (_pods.Count < 2 || random.Next(3) == 0 ? RunAsync() : RemoveAsync());
            await PauseAsync(stop);
        }
    }

    private Task RunAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{number}-{++_made}");
        return TryAsync("pod run", name, async token => _pods.Add(await host.Pods.RunAsync(name, ["sleep", "infinity"], token)));
    }

    private async Task RemoveAsync()
    {
        var pod = _pods[random.Next(_pods.Count)];
        _pods.Remove(pod); // If it fails, the end finds it.
        await TryAsync("pod remove", pod.Name, pod.RemoveAsync);
    }

    private async Task TryAsync(string kind, string name, Func<CancellationToken, Task> act)
    {
        var started = timeProvider.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience.Pod, timeProvider);
        try
        {
            await act(patience.Token);
            totals.Ended(kind, $"{kind} {name}", timeProvider.GetElapsedTime(started), succeeded: true, "");
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            totals.Ended(kind, $"{kind} {name}", timeProvider.GetElapsedTime(started), succeeded: false, failure.Message);
        }
    }

    private async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 2000)), timeProvider, stop);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
