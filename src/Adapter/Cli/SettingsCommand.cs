using System.CommandLine;
using Bridge.Adapter.Settings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni settings</c>.</summary>
internal static class SettingsCommand
{
    private static readonly Option<bool> Comments = new("--comments")
    {
        Description = "Print what each key means, and which values it may have, as comments.",
    };

    public static Command Build()
    {
        var command = new Command("settings", "Print the settings in force, as a complete settings file.") { Comments, Config };
        command.SetAction(parsed =>
        {
            var settings = OwnSettingsOf(parsed);
            parsed.InvocationConfiguration.Output.Write(
                parsed.GetValue(Comments) ? CommentedSettings.Of(settings) : SettingsTable.ToYaml(settings));
        });
        return command;
    }
}
