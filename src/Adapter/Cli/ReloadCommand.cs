using System.CommandLine;
using System.Text.Json;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Control;
using Bridge.Adapter.Reload;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni reload</c>.</summary>
internal static class ReloadCommand
{
    private static readonly Option<bool> DryRun =
        new("--dry-run") { Description = "Report what is missing, without changing anything." };

    public static Command Build()
    {
        var containers = new Argument<string[]>("CONTAINER")
        {
            Description = "A container's name or id, or an endpoint id or the beginning of one. Without any: every attachment.",
            Arity = ArgumentArity.ZeroOrMore,
            CompletionSources = { Completions.Containers },
        }.Named();
        var command = new Command("reload",
            "Put back what running containers have lost on the host: firewall rules after a flush, a deleted bridge. Exit code 1 when " +
            "something is still missing.")
        {
            containers, DryRun, Json, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = SettingsOf(parsed);
            using var daemon = new ControlClient(settings.Socket);
            var targets = await ContainerIds.NamesOfAsync(parsed.GetValue(containers) ?? [], settings, cancellationToken);
            var request = new ReloadRequest(targets, parsed.GetValue(DryRun));
            var response = await daemon.ReloadAsync(request, cancellationToken);
            ReloadOutput.Write(response, parsed.GetValue(Json), parsed.InvocationConfiguration.Output);
            return ReloadOutput.IsWell(response) ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}

/// <summary>The result of reload, for people: a line for each attachment of which something is missing.</summary>
internal static class ReloadOutput
{
    public static bool IsWell(ReloadResponse response) =>
        response.Results.All(result => result.Outcome is not (ReloadOutcome.Failed or ReloadOutcome.WouldBeRestored));

    public static void Write(ReloadResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.ReloadResponse));
            return;
        }

        foreach (var result in response.Results.Where(result => result.Outcome != ReloadOutcome.Complete))
            output.WriteLine(Line(result));

        if (response.Results.Count(result => result.Outcome == ReloadOutcome.Complete) is > 0 and var complete)
            output.WriteLine(complete == 1 ? "Nothing is missing for 1 attachment." : $"Nothing is missing for {complete} attachments.");
        else if (response.Results.Count == 0)
            output.WriteLine("No container is attached.");

        foreach (var note in response.Notes)
            output.WriteLine($"note: {note}");
    }

    private static string Line(ReloadResult result)
    {
        var state = result.Outcome == ReloadOutcome.WouldBeRestored ? "would be restored" : result.Outcome.ToString().ToLowerInvariant();
        var name = result.ContainerName ?? (result.EndpointId.Length > ShownOfId ? result.EndpointId[..ShownOfId] : result.EndpointId);
        var where = result.CniNetwork is null ? name : $"{name} on {result.CniNetwork}";
        var what = string.Join(", ", result.Missing.Select(part => part.What));
        var text = string.Join(". ", new[] { what, result.Message ?? "" }.Where(part => part.Length > 0));
        return string.Join(' ', $"{state} {where}: {text}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    // As `docker ps` shows ids.
    private const int ShownOfId = 12;
}
