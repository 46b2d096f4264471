using CniInvoker;

namespace Bridge.Adapter;

/// <summary>Adds environment variables to every run of a plugin. They replace those of the same name.</summary>
internal sealed class GivenEnvironment(IPluginExecutor executor, IReadOnlyDictionary<string, string> variables) : IPluginExecutor
{
    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken) => executor.ExecuteAsync(
        variables.Count == 0 ? request : request
            with { Environment = [.. request.Environment.Where(variable => !variables.ContainsKey(variable.Key)), .. variables] },
        cancellationToken);
}
