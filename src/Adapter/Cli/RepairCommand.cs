using System.CommandLine;
using Bridge.Adapter.Control;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni repair</c>.</summary>
internal static class RepairCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only look, and say what would be done. Nothing at all is changed." };

    private static readonly Option<string?> Forget = new("--forget")
    {
        Description = "Let go of an attachment whose DEL can never succeed, by container name or endpoint id (of a reservation: its id); cnm-cni status lists them. " +
            "Its plugins' work stays on the host; only the IPAM plugin is asked once more to release the address.",
        HelpName = "ENDPOINT",
    };

    public static Command Build()
    {
        var command = new Command("repair", "Compare what is remembered with Docker, the kernel and the IPAM plugins now, and repair what differs. Exit code 1 when something remains.")
        {
            DryRun, Forget, Json, Config,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(DryRun) && result.GetValue(Forget) is not null)
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
