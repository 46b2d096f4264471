using System.Text;
using CniInvoker;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// What a plugin that succeeded wrote to stdout although nobody reads it there: a line of its log, most likely. Some report what went wrong in no other way.
/// </summary>
internal static class PluginRemark
{
    private const int Longest = 1000;

    /// <summary>Null where there is nothing to pass on.</summary>
    public static string? Of(PluginRequest request, PluginOutput output)
    {
        var isRead = request.Operation is CniOperation.Add or CniOperation.Version || output is not { ExitCode: 0, Signal: 0, TimedOut: false };
        var said = isRead ? "" : Encoding.UTF8.GetString(output.Stdout.Span[..Math.Min(output.Stdout.Length, Longest)]).Trim();
        return said.Length == 0 || IsEcho(said) ? null : said;
    }

    // Plugins that answer DEL as they answer ADD have nothing to say.
    private static bool IsEcho(string said) => said.Contains("\"cniVersion\"", StringComparison.OrdinalIgnoreCase);
}
