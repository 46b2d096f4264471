using System.CommandLine;
using System.Text.Json;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni repair</c>.</summary>
internal static class RepairCommand
{
    private static readonly Option<bool> DryRun =
        new("--dry-run") { Description = "Inspect and report what would be done, without changing anything." };

    private static readonly Option<string?> Forget = new("--forget")
    {
        Description = "Abandon the clean-up of an attachment whose DEL can never succeed, by container name or endpoint id (of a " +
            "reservation: its id); cnm-cni status lists them. " +
            "What its plugins created stays on the host; only the IPAM plugin runs once more, to release the address.",
        HelpName = "ENDPOINT",
        CompletionSources = { Completions.PendingCleanups },
    };

    public static Command Build()
    {
        var command = new Command("repair",
            "Compare the records with Docker, the kernel and the IPAM plugins now, and repair what differs. Exit code 1 when a problem " +
            "remains.")
        {
            DryRun, Forget, Json, Config,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(DryRun) && result.GetResult(Forget) is not null)
                result.AddError("--dry-run and --forget do not go together.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var daemon = new ControlClient(SettingsOf(parsed).Socket);
            var (json, output) = (parsed.GetValue(Json), parsed.InvocationConfiguration.Output);
            if (parsed.GetValue(Forget) is { } target)
            {
                RepairOutcome.Write(await daemon.ForgetAsync(new ForgetRequest(target), cancellationToken), json, output);
                return ExitCodes.Success;
            }

            var response = await daemon.RepairAsync(new RepairRequest(parsed.GetValue(DryRun)), cancellationToken);
            RepairOutcome.Write(response, json, output);
            return RepairOutcome.IsWell(response) ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}

/// <summary>What repair has found, for people: one line each.</summary>
internal static class RepairOutcome
{
    /// <summary>Nothing was found, or all of it is repaired.</summary>
    public static bool IsWell(RepairResponse response) =>
        response.Problems.Count == 0 && response.Findings.All(finding => finding.State == FindingState.Repaired);

    public static void Write(RepairResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.RepairResponse));
            return;
        }

        foreach (var finding in response.Findings)
            output.WriteLine(Line(finding));

        foreach (var problem in response.Problems)
            output.WriteLine($"not inspected: {OneLine(problem)}");

        if (response.Findings.Count == 0 && response.Problems.Count == 0)
            output.WriteLine("Nothing to repair.");
    }

    public static void Write(ForgetResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.ForgetResponse));
            return;
        }

        output.WriteLine($"Forgotten: {response.What}");
        foreach (var sentence in response.GivenUp)
            output.WriteLine($"  {OneLine(sentence)}");
    }

    public static string Line(FindingStatus finding) =>
        OneLine($"{State(finding.State)} {finding.Kind}: {finding.What}: {ErrorDescription.Sentence(finding.Why)} {finding.Done}");

    private static string State(FindingState state) => state switch
    {
        FindingState.WouldBeRepaired => "would be repaired",
        _ => state.ToString().ToLowerInvariant(),
    };

    // Whatever a plugin wrote into its error.
    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary><c>cnm-cni settle</c>.</summary>
internal static class SettleCommand
{
    public static Command Build()
    {
        var timeout = TimeoutOption("The longest time to wait, with a unit: 500ms, 30s, 5m.");
        var command = new Command("settle",
            "Wait until the plugins of every removed container have cleaned up. Exit code 1 when something remains after the time-out.")
        {
            timeout, Json, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var daemon = new ControlClient(SettingsOf(parsed).Socket);
            var output = parsed.InvocationConfiguration.Output;
            var longest = SettingsText.ParseDuration(parsed.GetValue(timeout)!)!.Value;
            var response = await daemon.SettleAsync(new SettleRequest(longest.TotalSeconds), cancellationToken);
            if (parsed.GetValue(Json))
                await output.WriteLineAsync(JsonSerializer.Serialize(response, ControlJson.Default.SettleResponse));
            else
                await output.WriteLineAsync(response.Pending.Count == 0 ? "Nothing is pending." : string.Join('\n', response.Pending));

            return response.Pending.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}

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

/// <summary>The outcome of CHECK for people.</summary>
internal static class CheckReport
{
    public static void Write(CheckResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.CheckResponse));
            return;
        }

        if (response.Results.Count == 0)
        {
            output.WriteLine("No containers are attached.");
            return;
        }

        var table = new TextTable("CONTAINER", "ENDPOINT", "OUTCOME", "MESSAGE");
        foreach (var result in response.Results)
            table.Add(result.ContainerName, DockerId.Short(result.EndpointId), result.Outcome.ToString().ToLowerInvariant(),
                result.Message);

        table.WriteTo(output);
    }
}
