using System.CommandLine;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string?> Config { get; } = new("--config")
    {
        Description = $"The settings file (YAML). Without it: {SettingsFile.DefaultPath}, if there is one.",
        HelpName = "FILE",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON instead of tables." };

    /// <exception cref="SettingsException">The file cannot be read or understood.</exception>
    public static AdapterSettings SettingsOf(ParseResult parsed) => parsed.GetValue(Config) is { } file
        ? SettingsFile.Load(file, mustExist: true)
        : SettingsFile.Load(SettingsFile.DefaultPath, mustExist: false);
}
