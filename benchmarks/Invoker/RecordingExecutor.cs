using CniInvoker;

namespace Bridge.Benchmarks.Invoker;

/// <summary>Keeps what plugins are run with, in the order of the runs.</summary>
internal sealed class RecordingExecutor(IPluginExecutor executor) : IPluginExecutor
{
    private readonly List<PluginRequest> _requests = [];

    public IReadOnlyList<PluginRequest> Requests => _requests;

    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        _requests.Add(request);
        return executor.ExecuteAsync(request, cancellationToken);
    }
}
