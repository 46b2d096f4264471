using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bridge.Adapter.Settings;

/// <summary>The keys of the settings file: name, shape and range of each. This table is the file's grammar.</summary>
internal static class SettingsKeys
{
    private const int LongestSocketPath = 107;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestOperation = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(2);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly SettingsSection<TimeoutSettings> Timeouts = new()
    {
        ["add"] = (timeouts, value) => timeouts with { Add = value.Duration(timeouts.Add, Shortest, LongestOperation) },
        ["delete"] = (timeouts, value) => timeouts with { Delete = value.Duration(timeouts.Delete, Shortest, LongestOperation) },
        ["check"] = (timeouts, value) => timeouts with { Check = value.Duration(timeouts.Check, Shortest, LongestOperation) },
        ["probe"] = (timeouts, value) => timeouts with { Probe = value.Duration(timeouts.Probe, Shortest, LongestOperation) },
        ["call"] = (timeouts, value) => timeouts with { Call = value.Duration(timeouts.Call, Shortest, LongestCall) },
        ["terminationGrace"] = (timeouts, value) => timeouts with { TerminationGrace = value.Duration(timeouts.TerminationGrace, TimeSpan.Zero, Second * 60) },
    };

    private static readonly SettingsSection<CallSettings> Calls = new()
    {
        ["running"] = (calls, value) => calls with { Running = value.Number(calls.Running, 1, 1024) },
        ["waiting"] = (calls, value) => calls with { Waiting = value.Number(calls.Waiting, 0, 65536) },
    };

    private static readonly SettingsSection<RepairSettings> Repair = new()
    {
        ["interval"] = (repair, value) => repair with { Interval = value.Duration(repair.Interval, Second, Day) },
        ["orphanGrace"] = (repair, value) => repair with { OrphanGrace = value.Duration(repair.OrphanGrace, Second, Hour) },
        ["retryFirst"] = (repair, value) => repair with { RetryFirst = value.Duration(repair.RetryFirst, Shortest, Hour) },
        ["retryLongest"] = (repair, value) => repair with { RetryLongest = value.Duration(repair.RetryLongest, Second, Day) },
    };

    private static readonly SettingsSection<LogSettings> Log = new()
    {
        ["level"] = (log, value) => log with { Level = value.Word(log.Level) },
        ["format"] = (log, value) => log with { Format = value.Word(log.Format) },
    };

    private static readonly SettingsSection<AdapterSettings> File = new()
    {
        ["socket"] = (settings, value) => settings with { Socket = value.AbsolutePath(settings.Socket, LongestSocketPath) },
        ["stateDirectory"] = (settings, value) => settings with { StateDirectory = value.AbsolutePath(settings.StateDirectory) },
        ["runDirectory"] = (settings, value) => settings with { RunDirectory = value.AbsolutePath(settings.RunDirectory) },
        ["configurationDirectory"] = (settings, value) => settings with { ConfigurationDirectory = value.AbsolutePath(settings.ConfigurationDirectory) },
        ["pluginDirectories"] = (settings, value) => settings with { PluginDirectories = value.AbsolutePaths(settings.PluginDirectories) },
        ["dockerSocket"] = (settings, value) => settings with { DockerSocket = value.AbsolutePath(settings.DockerSocket, LongestSocketPath) },
        ["containerdSocket"] = (settings, value) => settings with { ContainerdSocket = value.AbsolutePath(settings.ContainerdSocket, LongestSocketPath) },
        ["autoNetworks"] = (settings, value) => settings with { AutoNetworks = value.Flag(settings.AutoNetworks) },
        ["sandboxPlugins"] = (settings, value) => settings with { SandboxPlugins = value.FileNames() },
        ["forbiddenArguments"] = (settings, value) => settings with { ForbiddenArguments = value.Keys() },
        ["pluginEnvironment"] = (settings, value) => settings with { PluginEnvironment = value.Variables() },
        ["timeouts"] = (settings, value) => settings with { Timeouts = ReadTimeouts(settings.Timeouts, value) },
        ["calls"] = (settings, value) => settings with { Calls = value.Section(settings.Calls, Calls) },
        ["repair"] = (settings, value) => settings with { Repair = ReadRepair(settings.Repair, value) },
        ["pluginOutputLimit"] = (settings, value) => settings with { PluginOutputLimit = value.Bytes(settings.PluginOutputLimit, 64 << 10, 256 << 20) },
        ["log"] = (settings, value) => settings with { Log = value.Section(settings.Log, Log) },
    };

    public static AdapterSettings Read(IParser parser, SettingsProblems problems)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            return new AdapterSettings();

        var settings = new SettingsValue(parser, problems, "").Section(new AdapterSettings(), File);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            problems.Add(second.Start, "a second YAML document begins here; settings are one document");

        return settings;
    }

    private static TimeoutSettings ReadTimeouts(TimeoutSettings current, SettingsValue value)
    {
        var timeouts = value.Section(current, Timeouts);
        if (timeouts.Call < timeouts.LongestRegularCall)
        {
            value.Refuse(
                $"call ({SettingsText.Duration(timeouts.Call)}) must not be shorter than add, delete and twice terminationGrace together " +
                $"({SettingsText.Duration(timeouts.LongestRegularCall)})");
        }

        return timeouts;
    }

    private static RepairSettings ReadRepair(RepairSettings current, SettingsValue value)
    {
        var repair = value.Section(current, Repair);
        if (repair.RetryFirst > repair.RetryLongest)
            value.Refuse($"retryFirst ({SettingsText.Duration(repair.RetryFirst)}) must not be longer than retryLongest ({SettingsText.Duration(repair.RetryLongest)})");

        return repair;
    }
}
