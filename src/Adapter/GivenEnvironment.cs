using CniInvoker;

namespace Bridge.Adapter;

/// <summary>Gives every run of a plugin some environment variables more, before those of the same name that it would have anyway.</summary>
internal sealed class GivenEnvironment(IPluginExecutor executor, IReadOnlyDictionary<string, string> variables) : IPluginExecutor
{
    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken) => executor.ExecuteAsync(
        variables.Count == 0 ? request : request with { Environment = [.. request.Environment.Where(variable => !variables.ContainsKey(variable.Key)), .. variables] },
        cancellationToken);
}
