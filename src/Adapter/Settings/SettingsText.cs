using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bridge.Adapter.Settings;

/// <summary>How quantities are written in the settings file, and the whole of the settings as such a file.</summary>
internal static class SettingsText
{
    private static readonly (string Unit, TimeSpan Size)[] Durations =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1))];

    private static readonly (string Unit, long Size)[] Sizes = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

    /// <summary>A number directly followed by its unit; null when it is anything else or too large to mean something.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        var (number, unit) = Split(text);
        var size = Durations.FirstOrDefault(known => known.Unit == unit).Size;
        return size > TimeSpan.Zero && number is { } count && count <= TimeSpan.MaxValue / size ? TimeSpan.FromTicks(count * size.Ticks) : null;
    }

    public static int? ParseNumber(string text) =>
        Split(text) is ({ } number, "") ? (int)Math.Min(int.MaxValue, number) : null;

    public static int? ParseBytes(string text)
    {
        var (number, unit) = Split(text);
        var size = Sizes.FirstOrDefault(known => known.Unit == unit).Size;
        return size > 0 && number is { } count ? (int)Math.Min(int.MaxValue, Math.Min(count, int.MaxValue) * size) : null;
    }

    /// <summary>In the largest unit that divides it: 2m, not 120s.</summary>
    public static string Duration(TimeSpan value)
    {
        var (unit, size) = Durations.LastOrDefault(known => value.Ticks != 0 && value.Ticks % known.Size.Ticks == 0, Durations[1]);
        return $"{value / size:0.###}{unit}";
    }

    public static string Bytes(int value)
    {
        var (unit, size) = Sizes.Last(known => value % known.Size == 0);
        return $"{value / size}{unit}";
    }

    /// <summary>The settings in force, as a file that would produce them.</summary>
    public static string ToYaml(AdapterSettings settings) => new StringBuilder()
        .AppendLine(Invariant, $"socket: {PathText(settings.Socket)}")
        .AppendLine(Invariant, $"stateDirectory: {PathText(settings.StateDirectory)}")
        .AppendLine(Invariant, $"runDirectory: {PathText(settings.RunDirectory)}")
        .AppendLine(Invariant, $"configurationDirectory: {PathText(settings.ConfigurationDirectory)}")
        .AppendLine(Invariant, $"pluginDirectories: [{string.Join(", ", settings.PluginDirectories.Select(PathText))}]")
        .AppendLine(Invariant, $"dockerSocket: {PathText(settings.DockerSocket)}")
        .AppendLine(Invariant, $"containerdSocket: {PathText(settings.ContainerdSocket)}")
        .AppendLine(Invariant, $"autoNetworks: {(settings.AutoNetworks ? "true" : "false")}")
        .AppendLine(Invariant, $"sandboxPlugins: [{string.Join(", ", settings.SandboxPlugins.Select(PathText))}]")
        .AppendLine(Invariant, $"forbiddenArguments: [{string.Join(", ", settings.ForbiddenArguments.Select(PathText))}]")
        .AppendLine(Invariant, $"pluginEnvironment: {{{string.Join(", ", settings.PluginEnvironment.Select(variable => $"{variable.Key}: {ValueText(variable.Value)}"))}}}")
        .AppendLine("timeouts:")
        .AppendLine(Invariant, $"  add: {Duration(settings.Timeouts.Add)}")
        .AppendLine(Invariant, $"  delete: {Duration(settings.Timeouts.Delete)}")
        .AppendLine(Invariant, $"  check: {Duration(settings.Timeouts.Check)}")
        .AppendLine(Invariant, $"  probe: {Duration(settings.Timeouts.Probe)}")
        .AppendLine(Invariant, $"  call: {Duration(settings.Timeouts.Call)}")
        .AppendLine(Invariant, $"  terminationGrace: {Duration(settings.Timeouts.TerminationGrace)}")
        .AppendLine("calls:")
        .AppendLine(Invariant, $"  running: {settings.Calls.Running}")
        .AppendLine(Invariant, $"  waiting: {settings.Calls.Waiting}")
        .AppendLine("repair:")
        .AppendLine(Invariant, $"  interval: {Duration(settings.Repair.Interval)}")
        .AppendLine(Invariant, $"  orphanGrace: {Duration(settings.Repair.OrphanGrace)}")
        .AppendLine(Invariant, $"  retryFirst: {Duration(settings.Repair.RetryFirst)}")
        .AppendLine(Invariant, $"  retryLongest: {Duration(settings.Repair.RetryLongest)}")
        .AppendLine(Invariant, $"pluginOutputLimit: {Bytes(settings.PluginOutputLimit)}")
        .AppendLine("log:")
        .AppendLine(Invariant, $"  level: {settings.Log.Level.ToString().ToLowerInvariant()}")
        .AppendLine(Invariant, $"  format: {settings.Log.Format.ToString().ToLowerInvariant()}")
        .ToString();

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>YAML reads a single-quoted text literally, except for the quote itself.</summary>
    private static string PathText(string path) =>
        path.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-".Contains(letter)) ? path : $"'{path.Replace("'", "''")}'";

    /// <summary>A text of JSON is one of YAML too, and means itself whatever it holds.</summary>
    private static string ValueText(string value) => $"\"{JsonEncodedText.Encode(value)}\"";

    private static (long? Number, string Unit) Split(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return (long.TryParse(text.AsSpan(0, digits), NumberStyles.None, Invariant, out var number) ? number : null, text[digits..]);
    }
}
