using System.CommandLine;
using System.Text;
using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.History;

/// <summary><c>cnm-cni events</c>.</summary>
internal static class EventsCommand
{
    private static readonly Option<bool> Follow =
        new("--follow", "-f") { Description = "Go on with new events until Ctrl-C. Needs a running cnm-cni." };

    private static readonly Option<bool> JsonLines = new("--json") { Description = "Print one JSON object per line." };

    // How often a command that waits looks whether its output is still read.
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    public static Command Build()
    {
        var since = SinceOption();
        var command = new Command("events",
            "Show what happened: containers attached and detached, addresses, ports, every plugin run, repairs. Reads the history in the " +
            "state directory, also while cnm-cni is stopped.")
        {
            Follow, since, JsonLines, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (settings, console) = (SettingsOf(parsed), parsed.InvocationConfiguration);
            var from = parsed.GetValue(since) is { } text ? SinceTime.Parse(text, TimeProvider.System.GetUtcNow())!.Value : default;
            void Show(HistoryEvent shown) => console.Output.WriteLine(parsed.GetValue(JsonLines)
                ? JsonSerializer.Serialize(shown, HistoryJson.Default.HistoryEvent)
                : EventText.Line(shown));
            if (parsed.GetValue(Follow))
                return await FollowAsync(settings, from, Show, cancellationToken);

            var isEmpty = true;
            foreach (var shown in HistoryFiles.Read(settings))
            {
                isEmpty = false;
                if (shown.Time >= from)
                    Show(shown);
            }

            if (isEmpty)
                await console.Error.WriteLineAsync(HistoryFiles.Nothing(settings));

            return ExitCodes.Success;
        });
        return command;
    }

    // The stream begins where the files end at that moment, so nothing is missing and nothing is there twice.
    private static async Task<int> FollowAsync(
        AdapterSettings settings, DateTimeOffset since, Action<HistoryEvent> show, CancellationToken cancellationToken)
    {
        using var daemon = new ControlClient(settings.Socket);
        using var stream = await daemon.FollowAsync(cancellationToken);
        try
        {
            var start = JsonSerializer.Deserialize(
                await stream.ReadLineAsync(cancellationToken) ?? "null", HistoryJson.Default.HistoryPosition);
            foreach (var shown in since == default ? [] : HistoryFiles.Read(settings, start).Where(shown => shown.Time >= since))
                show(shown);

            while (await NextAsync(stream, cancellationToken) is { } line)
            {
                if (HistoryReader.Parse(Encoding.UTF8.GetBytes(line)) is { } shown)
                    show(shown);
            }

            if (OutputReader.IsGone)
                return ExitCodes.Success;
        }
        catch (Exception broken) when (broken is IOException or JsonException)
        {
            throw new ControlException("The connection to cnm-cni broke off. Run the command again, with --since.", broken);
        }

        throw new ControlException("cnm-cni has stopped. Run the command again once it is running, with --since.");
    }

    // Null: the stream has ended, or nobody reads what is printed.
    private static async Task<string?> NextAsync(StreamReader stream, CancellationToken cancellationToken)
    {
        var line = stream.ReadLineAsync(cancellationToken).AsTask();
        while (!OutputReader.IsGone)
        {
            if (line.IsCompleted || await Task.WhenAny(line, Task.Delay(Glance, TimeProvider.System, cancellationToken)) == line)
                return await line;
        }

        return null;
    }

    private static Option<string?> SinceOption()
    {
        var option = new Option<string?>("--since")
        {
            Description = $"Only from then on: {SinceTime.Expected}. With --follow nothing older is shown without it.",
            HelpName = "DURATION|TIME",
            CompletionSources = { "10m", "1h", "1d" },
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && SinceTime.Parse(given, TimeProvider.System.GetUtcNow()) is null)
                result.AddError($"--since {given}: expected is {SinceTime.Expected}.");
        });
        return option;
    }
}
