using System.CommandLine;
using System.Text.Json;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What there is: networks in their files, attachments in the memory of these commands.</summary>
internal static class ListCommand
{
    public static Command Build(CniEnvironment environment)
    {
        var command = new Command(
            "list",
            "Print the networks of the configuration directory and the attachments that add has made; those of Docker containers are shown by " +
            "cnm-cni status. Runs no plugin.")
        {
            Config,
        };
        command.SetAction(parsed =>
        {
            var console = parsed.InvocationConfiguration;
            var settings = SettingsOf(parsed);
            var listing = CniListing.Of(CniClients.Of(settings, environment, console.Error, new Dictionary<string, string>()), CniClients.StateDirectory(settings));
            console.Output.WriteLine(JsonSerializer.Serialize(listing, CniJson.Indented.CniListing));
        });
        return command;
    }
}
