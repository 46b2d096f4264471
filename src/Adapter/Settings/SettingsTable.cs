using System.Net;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bridge.Adapter.Settings;

/// <summary>
/// The keys of the settings file: one row each, with its name, its property, and the kind and range of its value. The reader and the
/// writer of the file both work from these rows.
/// </summary>
internal static class SettingsTable
{
    private const int LongestSocketPath = 107; // sun_path of unix(7), without the zero byte.
    private const int LongestPath = 4095; // PATH_MAX of limits.h, without the zero byte.

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestOperation = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(2);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly SettingsSection<TimeoutSettings> Timeouts = new SettingsSection<TimeoutSettings>()
        .Row("add", timeouts => timeouts.Add, (timeouts, value) => timeouts with { Add = value }, Duration(Shortest, LongestOperation))
        .Row("delete", timeouts => timeouts.Delete, (timeouts, value) => timeouts with { Delete = value },
            Duration(Shortest, LongestOperation))
        .Row("check", timeouts => timeouts.Check, (timeouts, value) => timeouts with { Check = value },
            Duration(Shortest, LongestOperation))
        .Row("probe", timeouts => timeouts.Probe, (timeouts, value) => timeouts with { Probe = value },
            Duration(Shortest, LongestOperation))
        .Row("call", timeouts => timeouts.Call, (timeouts, value) => timeouts with { Call = value }, Duration(Shortest, LongestCall))
        .Row("terminationGrace", timeouts => timeouts.TerminationGrace, (timeouts, value) => timeouts with { TerminationGrace = value },
            Duration(TimeSpan.Zero, Second * 60));

    private static readonly SettingsSection<CallSettings> Calls = new SettingsSection<CallSettings>()
        .Row("running", calls => calls.Running, (calls, value) => calls with { Running = value }, Number(1, 1024))
        .Row("waiting", calls => calls.Waiting, (calls, value) => calls with { Waiting = value }, Number(0, 65536));

    private static readonly SettingsSection<ReleaseSettings> Release = new SettingsSection<ReleaseSettings>()
        .Row("deferred", release => release.Deferred, (release, value) => release with { Deferred = value }, Flag)
        .Row("parallel", release => release.Parallel, (release, value) => release with { Parallel = value }, Number(1, 64))
        .Row("pending", release => release.Pending, (release, value) => release with { Pending = value }, Number(1, 4096))
        .Row("niceness", release => release.Niceness, (release, value) => release with { Niceness = value }, Number(0, 19));

    private static readonly SettingsSection<RepairSettings> Repair = new SettingsSection<RepairSettings>()
        .Row("interval", repair => repair.Interval, (repair, value) => repair with { Interval = value }, Duration(Second, Day))
        .Row("orphanGrace", repair => repair.OrphanGrace, (repair, value) => repair with { OrphanGrace = value }, Duration(Second, Hour))
        .Row("retryFirst", repair => repair.RetryFirst, (repair, value) => repair with { RetryFirst = value }, Duration(Shortest, Hour))
        .Row("retryLongest", repair => repair.RetryLongest, (repair, value) => repair with { RetryLongest = value }, Duration(Second, Day));

    private static readonly SettingsSection<ReloadSettings> Reload = new SettingsSection<ReloadSettings>()
        .Row("automatic", reload => reload.Automatic, (reload, value) => reload with { Automatic = value }, Flag);

    private static readonly SettingsSection<WarmSettings> Warm = new SettingsSection<WarmSettings>()
        .Row("size", warm => warm.Size, (warm, value) => warm with { Size = value }, Number(0, WarmSettings.Most))
        .Row("reuse", warm => warm.Reuse, (warm, value) => warm with { Reuse = value }, Flag)
        .Row("rest", warm => warm.Rest, (warm, value) => warm with { Rest = value }, Duration(TimeSpan.Zero, Second * 600))
        .Row(
            "refillPause", warm => warm.RefillPause, (warm, value) => warm with { RefillPause = value },
            Duration(TimeSpan.Zero, Second * 600))
        .Row("keepAtShutdown", warm => warm.KeepAtShutdown, (warm, value) => warm with { KeepAtShutdown = value }, Flag);

    private static readonly SettingsSection<LogSettings> Log = new SettingsSection<LogSettings>()
        .Row("level", log => log.Level, (log, value) => log with { Level = value }, Word<LogLevel>())
        .Row("format", log => log.Format, (log, value) => log with { Format = value }, Word<LogFormat>())
        .Row("priorities", log => log.Priorities, (log, value) => log with { Priorities = value }, Word<LogPriorities>());

    private static readonly SettingsSection<MetricsSettings> Metrics = new SettingsSection<MetricsSettings>()
        .Row("listen", metrics => metrics.Listen, (metrics, value) => metrics with { Listen = value },
            Optional<IPEndPoint>((value, current) => value.Listen(current), address => SettingsText.Plain($"{address}"),
                "an IP address and port"));

    private static readonly SettingsSection<TraceSettings> Traces = new SettingsSection<TraceSettings>()
        .Row("endpoint", traces => traces.Endpoint, (traces, value) => traces with { Endpoint = value },
            Optional<Uri>((value, current) => value.Receiver(current), url => SettingsText.Plain(url!.OriginalString),
                "a URL without user, ? and #"))
        .Row("protocol", traces => traces.Protocol, (traces, value) => traces with { Protocol = value },
            Choice(("http/protobuf", TraceProtocol.HttpProtobuf), ("grpc", TraceProtocol.Grpc)))
        .Row("headersFile", traces => traces.HeadersFile, (traces, value) => traces with { HeadersFile = value },
            Optional<string>((value, current) => value.AbsolutePath("", LongestPath) is { Length: > 0 } path ? path : current,
                path => SettingsText.Plain(path!), Path(LongestPath)))
        .Row("serviceName", traces => traces.ServiceName, (traces, value) => traces with { ServiceName = value },
            new((value, current) => value.Name(current), SettingsText.Plain, "1 to 255 characters"))
        .Row("ratio", traces => traces.Ratio, (traces, value) => traces with { Ratio = value },
            new((value, current) => value.Ratio(current), SettingsText.Ratio, "0 to 1"));

    private static readonly SettingsSection<HistorySettings> History = new SettingsSection<HistorySettings>()
        .Row("size", history => history.Size, (history, value) => history with { Size = value }, Bytes(0, 1 << 30));

    private static readonly SettingsSection<AdapterSettings> File = new SettingsSection<AdapterSettings>()
        .Row("socket", file => file.Socket, (file, value) => file with { Socket = value }, AbsolutePath(LongestSocketPath))
        .Row("driverName", file => file.DriverName, (file, value) => file with { DriverName = value }, FoundDriver)
        .Row("pluginRoot", file => file.PluginRoot, (file, value) => file with { PluginRoot = value }, OptionalPath)
        .Row("stateDirectory", file => file.StateDirectory, (file, value) => file with { StateDirectory = value }, AbsolutePath())
        .Row("runDirectory", file => file.RunDirectory, (file, value) => file with { RunDirectory = value }, AbsolutePath())
        .Row("configurationDirectory", file => file.ConfigurationDirectory, (file, value) => file with { ConfigurationDirectory = value },
            FoundPath())
        .Row("pluginDirectories", file => file.PluginDirectories, (file, value) => file with { PluginDirectories = value }, FoundPaths)
        .Row("dockerSocket", file => file.DockerSocket, (file, value) => file with { DockerSocket = value },
            AbsolutePath(LongestSocketPath))
        .Row("criSocket", file => file.CriSocket, (file, value) => file with { CriSocket = value }, FoundPath(LongestSocketPath),
            former: "containerdSocket")
        .Row("autoNetworks", file => file.AutoNetworks, (file, value) => file with { AutoNetworks = value }, Flag)
        .Row("sandboxPlugins", file => file.SandboxPlugins, (file, value) => file with { SandboxPlugins = value }, FileNames)
        .Row("forbiddenArguments", file => file.ForbiddenArguments, (file, value) => file with { ForbiddenArguments = value }, KeyPatterns)
        .Row("pluginEnvironment", file => file.PluginEnvironment, (file, value) => file with { PluginEnvironment = value }, Variables)
        .Row("timeouts", file => file.Timeouts, (file, value) => file with { Timeouts = value }, Section(Timeouts, CallProblem))
        .Row("calls", file => file.Calls, (file, value) => file with { Calls = value }, Section(Calls))
        .Row("release", file => file.Release, (file, value) => file with { Release = value }, Section(Release))
        .Row("repair", file => file.Repair, (file, value) => file with { Repair = value }, Section(Repair, RetryProblem))
        .Row("reload", file => file.Reload, (file, value) => file with { Reload = value }, Section(Reload))
        .Row("warm", file => file.Warm, (file, value) => file with { Warm = value }, Section(Warm))
        .Row("pluginOutputLimit", file => file.PluginOutputLimit, (file, value) => file with { PluginOutputLimit = value },
            Bytes(64 << 10, 256 << 20))
        .Row("log", file => file.Log, (file, value) => file with { Log = value }, Section(Log))
        .Row("history", file => file.History, (file, value) => file with { History = value }, Section(History, HistoryProblem))
        .Row("metrics", file => file.Metrics, (file, value) => file with { Metrics = value }, Section(Metrics))
        .Row("traces", file => file.Traces, (file, value) => file with { Traces = value }, Section(Traces, EndpointProblem));

    /// <summary>Every key with its default and what is allowed: <c>timeouts.add</c>, <c>1m</c>, <c>100ms to 30m</c>.</summary>
    public static IEnumerable<(string Key, string Default, string Allowed)> Keys => Describe(new AdapterSettings());

    /// <summary>Every key with its value and what is allowed.</summary>
    public static IEnumerable<(string Key, string Value, string Allowed)> Describe(AdapterSettings settings) => File.Describe(settings);

    /// <summary>The settings as a file with every key.</summary>
    public static string ToYaml(AdapterSettings settings) => File.Write(settings);

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

    private static string? CallProblem(TimeoutSettings timeouts) => timeouts.Call >= timeouts.LongestRegularCall ? null :
        $"call ({SettingsText.Duration(timeouts.Call)}) must not be shorter than add, delete and twice terminationGrace together " +
        $"({SettingsText.Duration(timeouts.LongestRegularCall)})";

    private static string? RetryProblem(RepairSettings repair) => repair.RetryFirst <= repair.RetryLongest ? null :
        $"retryFirst ({SettingsText.Duration(repair.RetryFirst)}) must not be longer than retryLongest " +
        $"({SettingsText.Duration(repair.RetryLongest)})";

    private static string? HistoryProblem(HistorySettings history) => history.Size is 0 or >= HistorySettings.Least ? null :
        $"size ({SettingsText.Bytes(history.Size)}) must be 0, for no history, or at least {SettingsText.Bytes(HistorySettings.Least)}";

    private static string? EndpointProblem(TraceSettings traces) =>
        traces is { Protocol: TraceProtocol.Grpc, Endpoint: { Scheme: not "unix", AbsolutePath: not "/" } }
            ? "with protocol grpc the URL of the endpoint has no path"
            : null;

    private static SettingsKind<T> Section<T>(SettingsSection<T> section, Func<T, string?>? problem = null) => new(
        (value, current) =>
        {
            var read = value.Section(current, section);
            if (problem?.Invoke(read) is { } found)
                value.Refuse(found);

            return read;
        },
        settings => $"\n{section.Write(settings, indent: "  ")}",
        "")
    {
        Keys = section.Describe,
    };

    private static SettingsKind<bool> Flag => new((value, current) => value.Flag(current), flag => flag ? "true" : "false", "true, false");

    private static SettingsKind<IReadOnlyList<string>?> FoundPaths => new(
        (value, current) => value.IsWord(SettingsValue.Auto) ? null : value.AbsolutePaths() ?? current,
        paths => paths is null ? SettingsValue.Auto : SettingsText.List(paths),
        $"{SettingsValue.Auto}, a list of absolute paths");

    private static SettingsKind<IReadOnlyList<string>> FileNames =>
        new((value, _) => value.FileNames(), SettingsText.List, "a list of file names without a directory");

    private static SettingsKind<IReadOnlyList<string>> KeyPatterns =>
        new((value, _) => value.KeyPatterns(), SettingsText.List, "a list of keys, also with * at the end");

    private static SettingsKind<IReadOnlyDictionary<string, string>> Variables =>
        new((value, _) => value.Variables(), SettingsText.Mapping, "a mapping of names to values; none named PATH, CNI_... or LD_...");

    private static SettingsKind<string> AbsolutePath(int longest = LongestPath) =>
        new((value, current) => value.AbsolutePath(current, longest), SettingsText.Plain, Path(longest));

    private static SettingsKind<string?> FoundPath(int longest = LongestPath) => PathOr(SettingsValue.Auto, longest);

    private static SettingsKind<string?> OptionalPath => PathOr(SettingsValue.None, LongestPath);

    private static SettingsKind<string?> PathOr(string word, int longest) => new(
        (value, current) => value.IsWord(word) ? null : value.AbsolutePath("", longest) is { Length: > 0 } path ? path : current,
        path => path is null ? word : SettingsText.Plain(path),
        $"{word}, {Path(longest)}");

    private static SettingsKind<string?> FoundDriver => new(
        (value, current) => value.IsWord(SettingsValue.Auto) ? null : value.DriverName() ?? current,
        name => name is null ? SettingsValue.Auto : SettingsText.Plain(name),
        $"{SettingsValue.Auto}, a name");

    private static string Path(int longest) =>
        longest == LongestPath ? "an absolute path" : $"an absolute path of at most {longest} bytes";

    private static SettingsKind<T?> Optional<T>(Func<SettingsValue, T?, T?> read, Func<T?, string> write, string allowed)
        where T : class => new(
            (value, current) => value.IsNone() ? null : read(value, current), value => value is null ? SettingsValue.None : write(value),
            $"{SettingsValue.None}, {allowed}");

    private static SettingsKind<T> Choice<T>(params (string Text, T Value)[] choices) => new(
        (value, current) => value.Choice(current, choices), value => choices.First(choice => Equals(choice.Value, value)).Text,
        string.Join(", ", choices.Select(choice => choice.Text)));

    private static SettingsKind<TimeSpan> Duration(TimeSpan least, TimeSpan most) =>
        new((value, current) => value.Duration(current, least, most), SettingsText.Duration,
            $"{SettingsText.Duration(least)} to {SettingsText.Duration(most)}");

    private static SettingsKind<int> Number(int least, int most) =>
        new((value, current) => value.Number(current, least, most), number => $"{number}", $"{least} to {most}");

    private static SettingsKind<int> Bytes(int least, int most) =>
        new((value, current) => value.Bytes(current, least, most), SettingsText.Bytes,
            $"{SettingsText.Bytes(least)} to {SettingsText.Bytes(most)}");

    private static SettingsKind<T> Word<T>()
        where T : struct, Enum => new((value, current) => value.Word(current), word => word.ToString().ToLowerInvariant(),
            string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant())));
}

/// <summary>How a setting of one kind is read, with the value in force as its default, and written.</summary>
/// <param name="Read">Reports what is not allowed.</param>
/// <param name="Write">As YAML.</param>
/// <param name="Allowed">Its values, for people.</param>
internal sealed record SettingsKind<T>(Func<SettingsValue, T, T> Read, Func<T, string> Write, string Allowed)
{
    /// <summary>For a section: its keys, as <see cref="SettingsSection{T}.Describe"/> has them.</summary>
    public Func<T, IEnumerable<(string Key, string Value, string Allowed)>>? Keys { get; init; }
}

/// <summary>The keys of one YAML mapping, a row each, in the order in which they are printed.</summary>
internal sealed class SettingsSection<T>
{
    private readonly List<SettingsRow<T>> _rows = [];

    public IEnumerable<string> Keys => _rows.Select(row => row.Name);

    /// <param name="name">The key.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Replaces the property.</param>
    /// <param name="kind">How its value is read and written.</param>
    /// <param name="former">The key's name in earlier versions, which is read as well.</param>
    public SettingsSection<T> Row<TValue>(
        string name, Func<T, TValue> get, Func<T, TValue, T> set, SettingsKind<TValue> kind, string? former = null)
    {
        _rows.Add(new SettingsRow<T>(
            name,
            former,
            (settings, value) => set(settings, kind.Read(value, get(settings))),
            settings => kind.Write(get(settings)),
            settings => kind.Keys is { } keys
                ? keys(get(settings)).Select(key => ($"{name}.{key.Key}", key.Value, key.Allowed))
                : [(name, kind.Write(get(settings)), kind.Allowed)]));
        return this;
    }

    /// <summary>Each key, those of sections included, with its value and what is allowed.</summary>
    public IEnumerable<(string Key, string Value, string Allowed)> Describe(T settings) => _rows.SelectMany(row => row.Describe(settings));

    /// <returns>The present name of a key; null for an unknown one.</returns>
    public string? NameOf(string written) => _rows.FirstOrDefault(row => row.Name == written || row.Former == written)?.Name;

    /// <returns>Reads the key's value into the settings; null for an unknown key.</returns>
    public Func<T, SettingsValue, T>? Reader(string name) => _rows.FirstOrDefault(row => row.Name == name || row.Former == name)?.Read;

    /// <summary>The key that was probably meant; null when none is near.</summary>
    public string? Nearest(string written) => Spelling.Nearest(Keys, written, Math.Max(1, written.Length / 3));

    /// <summary>The mapping as YAML in block style. The value of a section begins with a line break.</summary>
    public string Write(T settings, string indent = "") => string.Concat(_rows.Select(row => (row.Name, Text: row.Write(settings))).Select(
        row => row.Text.StartsWith('\n') ? $"{indent}{row.Name}:{row.Text}" : $"{indent}{row.Name}: {row.Text}\n"));
}

/// <summary>One key of a section.</summary>
/// <param name="Name">The key.</param>
/// <param name="Former">Its name in earlier versions.</param>
/// <param name="Read">Reads its value into the settings.</param>
/// <param name="Write">Writes it.</param>
/// <param name="Describe">It and, if it is a section, its keys.</param>
internal sealed record SettingsRow<T>(
    string Name,
    string? Former,
    Func<T, SettingsValue, T> Read,
    Func<T, string> Write,
    Func<T, IEnumerable<(string Key, string Value, string Allowed)>> Describe);
