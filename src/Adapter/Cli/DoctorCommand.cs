using System.CommandLine;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Readings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni doctor</c>.</summary>
internal static class DoctorCommand
{
    private const int Warnings = 1;
    private const int Errors = 2;

    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "List the checks that found nothing too." };

    public static Command Build()
    {
        var command = new Command("doctor",
            "Look for what keeps containers on CNI networks from working: on this host, in Docker, in CNI's files. Reads only, and needs " +
            "no running daemon. Exit code 1 when there are warnings, 2 when there are errors.")
        {
            Verbose, Json, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var diagnosis = await Diagnosis.RunAsync(SettingsReading.Load(parsed.GetValue(Config)), cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteAsync(parsed.GetValue(Json) ? $"{diagnosis.Json()}\n" : diagnosis.Text(parsed.GetValue(Verbose)));
            return diagnosis.Count(Weight.Error) > 0 ? Errors
                : diagnosis.Count(Weight.Warning) > 0 ? Warnings
                : ExitCodes.Success;
        });
        return command;
    }
}
