using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.History;

/// <summary><c>cnm-cni log</c>: the story of one container, endpoint or address.</summary>
internal static class LogCommand
{
    // The daemon is asked for names that Docker has told it a moment ago.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly Argument<string> Target = new Argument<string>("TARGET")
    {
        Description = "A container's name (also of one that is gone) or id, an endpoint id or the beginning of one, or an address.",
        CompletionSources = { Completions.Containers },
    }.Named();

    private static readonly Option<bool> Verbose =
        new("--verbose", "-v") { Description = "Also print what each plugin was given and answered, without secrets." };

    public static Command Build()
    {
        var command = new Command("log",
            "Show who had an address from when to when, and what happened to a container's attachments, from the history.")
        {
            Target, Verbose, Json, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (settings, console) = (SettingsOf(parsed), parsed.InvocationConfiguration);
            var target = await ContainerIds.NameOfAsync(parsed.GetValue(Target)!, settings, cancellationToken);
            var known = await EndpointsAsync(settings, target, cancellationToken);
            HistoryEvent[] history = [.. HistoryFiles.Read(settings)];
            var story = Story.Of(history, target, known);
            if (story.Events.Count == 0)
                throw new ControlException(Unknown(settings, history, target));

            if (parsed.GetValue(Json))
                await console.Output.WriteLineAsync(JsonSerializer.Serialize(story, StoryJson.Default.Story));
            else
                Write(story, parsed.GetValue(Verbose), console.Output);

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(Story story, bool verbose, TextWriter output)
    {
        if (story.Tenures.Count > 0)
        {
            var table = new TextTable("SINCE", "UNTIL", "CONTAINER", "ENDPOINT", "CNI NETWORK", "ADDRESSES");
            foreach (var tenure in story.Tenures)
            {
                table.Add(
                    EventText.Time(tenure.Since), tenure.Until is { } until ? EventText.Time(until) : "now", tenure.Container,
                    DockerId.Short(tenure.EndpointId), tenure.CniNetwork, string.Join(", ", tenure.Addresses));
            }

            table.WriteTo(output);
            output.WriteLine();
        }

        foreach (var shown in story.Events)
        {
            output.WriteLine(EventText.Line(shown));
            foreach (var line in verbose && shown.Plugin is { } run ? EventText.Details(run) : [])
                output.WriteLine(line);
        }
    }

    // Only a help: the history is read without the daemon too.
    private static async Task<IReadOnlyList<string>> EndpointsAsync(
        AdapterSettings settings, string target, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var daemon = new ControlClient(settings.Socket);
            var status = await daemon.StatusAsync(deadline.Token);
            return [.. status.Endpoints.Where(endpoint => endpoint.ContainerName == target).Select(endpoint => endpoint.EndpointId)];
        }
        catch (ControlException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private static string Unknown(AdapterSettings settings, HistoryEvent[] history, string target) => history.Length == 0
        ? HistoryFiles.Nothing(settings)
        : $"The history has nothing about \"{target}\": no container name, endpoint id or address. It begins at " +
            $"{EventText.Time(history[0].Time)}; older events were overwritten (setting history.size), or happened before. " +
            "cnm-cni events shows all of it.";
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 1200,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Story))]
internal sealed partial class StoryJson : JsonSerializerContext;
