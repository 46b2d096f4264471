using CniInvoker;

namespace Bridge.Snippets;

/// <summary>Logs every run of a plugin with its stderr.</summary>
public sealed class LoggingExecutor(IPluginExecutor inner, TextWriter log) : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var run =
            $"{request.Operation.Verb()} {request.PluginType} of network \"{request.NetworkName}\" for container \"{request.ContainerId}\"";
        try
        {
            var output = await inner.ExecuteAsync(request, cancellationToken);
            await log.WriteLineAsync($"{run}: exit status {output.ExitCode} after {output.Duration.TotalMilliseconds:0} ms");
            foreach (var line in output.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await log.WriteLineAsync($"{run}: stderr: {line}");

            return output;
        }
        catch (CniException failure)
        {
            await log.WriteLineAsync($"{run}: {failure.Msg}");
            throw;
        }
    }
}
