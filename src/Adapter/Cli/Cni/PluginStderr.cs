using System.Text;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>
/// Passes on what plugins write to stderr, and to stdout where nobody reads it, each line behind the plugin's type, whether they succeed or not.
/// </summary>
internal sealed class PluginStderr(IPluginExecutor executor, TextWriter error) : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var output = await executor.ExecuteAsync(request, cancellationToken);
        var lines = new StringBuilder();
        foreach (var line in $"{output.Stderr}\n{PluginRemark.Of(request, output)}".Split('\n', StringSplitOptions.RemoveEmptyEntries))
            lines.Append(request.PluginType).Append(": ").Append(line.TrimEnd('\r')).Append('\n');

        // At once: lines of plugins that run side by side stay whole.
        error.Write(lines);
        return output;
    }
}
