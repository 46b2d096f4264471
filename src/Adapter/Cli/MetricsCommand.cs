using System.CommandLine;
using Bridge.Adapter.Control;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni metrics</c>.</summary>
internal static class MetricsCommand
{
    public static Command Build()
    {
        var command = new Command("metrics",
            "Print the daemon's counters in Prometheus's text format. When it does not answer: cnm_cni_up 0, and exit code 1.") { Config };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = parsed.InvocationConfiguration;
            using var daemon = new ControlClient(SettingsOf(parsed).Socket);
            try
            {
                await console.Output.WriteAsync(await daemon.MetricsAsync(cancellationToken));
                return ExitCodes.Success;
            }
            catch (ControlException silence)
            {
                // A file that a collector reads must say so, not end.
                await console.Output.WriteAsync("# HELP cnm_cni_up Whether the daemon answers.\n# TYPE cnm_cni_up gauge\ncnm_cni_up 0\n");
                await console.Error.WriteLineAsync(silence.Message);
                return ExitCodes.Failure;
            }
        });
        return command;
    }
}
