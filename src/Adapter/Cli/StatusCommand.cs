using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Bridge.Adapter.Control;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni status</c>, once or again and again.</summary>
internal static class StatusCommand
{
    private const double ShortestPause = 0.1;
    private const double LongestPause = 3600;
    private const double UsualPause = 2;

    private static readonly Option<bool> ExitCode =
        new("--exit-code") { Description = "Exit with 1 when the verdict lists something to look at." };

    public static Command Build()
    {
        var watch = WatchOption();
        var command = new Command("status",
            "Show networks, attached containers with addresses and published ports, and pending clean-ups. The first line is the verdict.")
        {
            Json, ExitCode, watch, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var daemon = new ControlClient(SettingsOf(parsed).Socket);
            var (output, json) = (parsed.InvocationConfiguration.Output, parsed.GetValue(Json));
            var problems = parsed.GetResult(watch) is null
                ? await OnceAsync(daemon, json, output, cancellationToken)
                : await WatchAsync(daemon, json, Pause(parsed.GetValue(watch)), output, cancellationToken);
            return parsed.GetValue(ExitCode) && problems ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }

    private static async Task<bool> OnceAsync(ControlClient daemon, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        var status = await daemon.StatusAsync(cancellationToken);
        StatusReport.Write(status, json, TimeProvider.System.GetUtcNow(), output);
        return status.Problems.Count > 0;
    }

    // A daemon that does not answer is a state too, and often the reason to watch.
    private static async Task<bool> WatchAsync(
        ControlClient daemon, bool json, TimeSpan pause, TextWriter output, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var problems = true;
        try
        {
            while (true)
            {
                var block = new StringWriter();
                try
                {
                    problems = await OnceAsync(daemon, json, block, end.Token);
                }
                catch (ControlException silence)
                {
                    problems = true;
                    block.WriteLine(json ? StatusReport.Silence(silence.Message) : $"To look at: {silence.Message}");
                }

                Show(block.ToString(), json, pause, output);
                if (OutputReader.IsGone)
                    return problems;

                await Task.Delay(pause, TimeProvider.System, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return problems;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // The exit code is the verdict's, not the signal's.
            end.Cancel();
        }
    }

    private static void Show(string block, bool json, TimeSpan pause, TextWriter output)
    {
        if (json)
        {
            output.Write(block);
            return;
        }

        (output as PrintableWriter)?.ClearScreen();
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        output.Write($"{block}\n{now}, every {pause.TotalSeconds:0.##} s\n\n");
    }

    private static Option<string?> WatchOption()
    {
        var option = new Option<string?>("--watch")
        {
            Description = "Show it again every SECONDS (2), until Ctrl-C. On a terminal the screen is cleared each time.",
            HelpName = "SECONDS",
            Arity = ArgumentArity.ZeroOrOne,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && Seconds(given) is null)
                result.AddError($"--watch {given}: a number of seconds from {ShortestPause} to {LongestPause} is expected.");
        });
        return option;
    }

    private static TimeSpan Pause(string? given) => TimeSpan.FromSeconds(given is null ? UsualPause : Seconds(given)!.Value);

    private static double? Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= ShortestPause and <= LongestPause
            ? seconds
            : null;
}
