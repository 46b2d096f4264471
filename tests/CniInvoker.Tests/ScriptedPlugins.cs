using System.Text.Json.Nodes;

namespace CniInvoker.Tests;

/// <summary>
/// A plugin directory with shell scripts as plugins. Each records its runs with arguments, environment and
/// stdin, and then runs its script for the operation.
/// </summary>
internal sealed class ScriptedPlugins : IDisposable
{
    public const string Nothing = ":";

    private static readonly string EveryVersion =
        Print("""{"cniVersion":"1.1.0","supportedVersions":["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}""");
    public const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public ScriptedPlugins()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("cni-plugins-").FullName;
        Records = Path.Combine(Directory, "records");
        System.IO.Directory.CreateDirectory(Records);
    }

    public string Directory { get; }

    public string Records { get; }

    /// <summary>The runs in order: "ADD first". Without VERSION, which runs before.</summary>
    public string[] Runs => Lines("runs");

    /// <summary>The runs of VERSION: "VERSION first".</summary>
    public string[] Probes => Lines("probes");

    /// <summary>A command that prints.</summary>
    public static string Print(string text) => $"cat <<'EOF'\n{text}\nEOF";

    public static string Result(string address = "10.1.0.2/16", string version = "1.0.0") => Print(ResultText(address, version));

    public static string ResultText(string address = "10.1.0.2/16", string version = "1.0.0") =>
        $$"""{"cniVersion":"{{version}}","interfaces":[{"name":"eth0","sandbox":"/run/netns/x"}],"ips":[{"address":"{{address}}","interface":0}]}""";

    public static string Fail(uint code, string msg) => Print($$"""{"cniVersion":"1.0.0","code":{{code}},"msg":"{{msg}}"}""") + "\nexit 1";

    public ScriptedPlugins With(string type, string? add = null, string delete = Nothing, string check = Nothing, string status = Nothing,
        string? version = null, string collect = Nothing) => WithScript(
        type,
        $"""
        test $CNI_COMMAND = VERSION && runs=probes || runs=runs
        echo "$CNI_COMMAND {type}" >> '{Records}'/$runs
        env > '{Records}/{type}'.$CNI_COMMAND.env
        cat > '{Records}/{type}'.$CNI_COMMAND.stdin
        case $CNI_COMMAND in
        ADD)
        {add ?? Result()}
        ;;
        DEL)
        {delete}
        ;;
        CHECK)
        {check}
        ;;
        STATUS)
        {status}
        ;;
        GC)
        {collect}
        ;;
        VERSION)
        {version ?? EveryVersion}
        ;;
        esac
        """);

    /// <summary>A plugin that records nothing itself.</summary>
    public ScriptedPlugins WithScript(string type, string script)
    {
        var path = Path.Combine(Directory, type);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, Executable);
        return this;
    }

    public string Record(string name) => Path.Combine(Records, name);

    public string StdinText(string type, string verb) => File.ReadAllText(Record($"{type}.{verb}.stdin"));

    public JsonObject Stdin(string type, string verb) => JsonNode.Parse(StdinText(type, verb))!.AsObject();

    public Dictionary<string, string> Environment(string type, string verb) =>
        File.ReadAllLines(Record($"{type}.{verb}.env")).Select(line => line.Split('=', 2)).ToDictionary(
            parts => parts[0], parts => parts[1]);

    public PluginPath PluginPath => new([Directory]);

    public int ReadProcess(string record) => int.Parse(File.ReadAllText(Record(record)), System.Globalization.CultureInfo.InvariantCulture);

    public PluginRequest Request(string type, string stdin = "{}", TimeSpan? deadline = null, TimeSpan? grace = null) => new()
    {
        Path = Path.Combine(Directory, type),
        PluginType = type,
        Operation = CniOperation.Add,
        NetworkName = "pods",
        ContainerId = "c1",
        Stdin = System.Text.Encoding.UTF8.GetBytes(stdin),
        Environment = [new("PATH", System.Environment.GetEnvironmentVariable("PATH")!)],
        Deadline = deadline ?? TimeSpan.FromSeconds(20),
        TerminationGrace = grace ?? TimeSpan.FromSeconds(2),
    };

    public CniRuntime Runtime(CniDeadlines? deadlines = null) =>
        new(new PluginProcess(TimeProvider.System), PluginPath, deadlines ?? new CniDeadlines(), TimeProvider.System);

    public static NetworkConfiguration Network(string plugins, string version = "1.0.0", string more = "") =>
        NetworkConfiguration.Parse(
            System.Text.Encoding.UTF8.GetBytes($$"""{"cniVersion":"{{version}}","name":"pods",{{more}}"plugins":[{{plugins}}]}"""),
            "test.conflist");

    public static NetworkConfiguration NetworkOf(params string[] types) =>
        Network(string.Join(',', types.Select(type => $$"""{"type":"{{type}}"}""")));

    public static Attachment Attachment(
        string containerId = "c1", IReadOnlyList<KeyValuePair<string, string>>? arguments = null, JsonObject? capabilities = null) =>
        new(containerId, "/run/netns/x", "eth0", arguments, capabilities);

    private string[] Lines(string record) => File.Exists(Record(record)) ? File.ReadAllLines(Record(record)) : [];

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
