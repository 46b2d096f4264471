using System.CommandLine;
using System.Text.Json;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>All that can be said against the configuration without attaching anything.</summary>
internal static class ValidateCommand
{
    private static readonly Argument<string?> Network = new("NET")
    {
        Description = "The network's name. Without it: every network.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Build(CniEnvironment environment)
    {
        var command = new Command(
            "validate",
            "Print what is wrong with the configuration directory, and whether the plugins of its networks are there and speak their versions " +
            "(VERSION). Exit code 1 when there is an error.")
        {
            Network, PluginVariableOption.Variables, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = parsed.InvocationConfiguration;
            var client = CniClients.Of(SettingsOf(parsed), environment, console.Error, PluginVariableOption.Read(parsed, environment));
            var report = await ValidationReport.MakeAsync(client, parsed.GetValue(Network), cancellationToken);
            console.Output.WriteLine(JsonSerializer.Serialize(report, CniJson.Indented.ValidationReport));
            foreach (var sentence in report.Sentences)
                console.Error.WriteLine(sentence);

            return report.HasErrors ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }
}
