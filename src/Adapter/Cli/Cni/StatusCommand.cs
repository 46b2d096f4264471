using System.CommandLine;
using static Bridge.Adapter.Cli.Cni.AttachmentArguments;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>STATUS of one network.</summary>
internal static class StatusCommand
{
    public static Command Build(CniEnvironment environment)
    {
        var command = new Command("status", "Ask the plugins whether the network could be attached to now (STATUS, from version 1.1.0). Prints nothing if it could.")
        {
            Network, PluginVariableOption.Variables, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var client = CniClients.Of(SettingsOf(parsed), environment, parsed.InvocationConfiguration.Error, PluginVariableOption.Read(parsed, environment));
            await client.StatusAsync(parsed.GetRequiredValue(Network), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}
