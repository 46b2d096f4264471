using System.CommandLine;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Cli.Cni;

/// <summary>
/// Directories of one test: networks, shell scripts for plugins, state, a network namespace; and what the commands said last. The plugins
/// write down that they were run, with which environment and stdin, and then do what their script says.
/// </summary>
internal sealed class CniHost : IDisposable
{
    public const string Nothing = ":";
    public const string Result = """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}],"vendor":{"é":"\"<&>"}}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cni-cli-");

    public CniHost()
    {
        foreach (var directory in new[] { Networks, Plugins, Records })
            Directory.CreateDirectory(directory);

        File.WriteAllText(
            ConfigFile,
            $"stateDirectory: {State}\nrunDirectory: {PathOf(
                "run")}\nconfigurationDirectory: {Networks}\npluginDirectories: [{Plugins}]\n");
    }

    public string ConfigFile => PathOf("config.yaml");

    public string Networks => PathOf("net.d");

    public string Plugins => PathOf("bin");

    public string Records => PathOf("records");

    public string State => PathOf("state");

    /// <summary>The daemon's records as they are.</summary>
    public string PresentRecords => PathOf("run/records");

    /// <summary>The path of a network namespace, once <see cref="WithSandbox"/> has made it.</summary>
    public string Sandbox => PathOf("sandbox");

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    /// <summary>What was run, in order: "ADD first"; without the questions which versions the plugins speak.</summary>
    public string[] Runs => [.. AllRuns.Where(run => !run.StartsWith("VERSION ", StringComparison.Ordinal))];

    public string[] AllRuns => File.Exists(Record("runs")) ? File.ReadAllLines(Record("runs")) : [];

    public Journal Journal => new(State, PresentRecords);

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public string Record(string name) => Path.Combine(Records, name);

    public JsonObject Stdin(string type, string verb) => JsonNode.Parse(File.ReadAllText(Record($"{type}.{verb}.stdin")))!.AsObject();

    public string? Variable(string type, string verb, string name) => File.ReadAllLines(Record($"{type}.{verb}.env"))
        .Select(line => line.Split('=', 2)).FirstOrDefault(parts => parts[0] == name)?[1];

    public CniHost WithSandbox()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making a network namespace needs root");
        using var sandbox = NetworkNamespace.Create();
        sandbox.MountAt(Sandbox);
        return this;
    }

    public CniHost WithFile(string name, string content)
    {
        File.WriteAllText(Path.Combine(Networks, name), content);
        return this;
    }

    public CniHost WithNetwork(string name, string version, params string[] types) => WithFile(
        $"{name}.conflist",
        $$"""{"cniVersion":"{{version}}","name":"{{name}}","plugins":[{{string.Join(',', types.Select(Plugin))}}]}""");

    public CniHost WithPlugin(string type, string? add = null, string delete = Nothing, string check = Nothing, string status = Nothing)
    {
        var file = Path.Combine(Plugins, type);
        File.WriteAllText(file, $$"""
            #!/bin/sh
            echo "$CNI_COMMAND {{type}}" >> '{{Records}}/runs'
            env > '{{Records}}/{{type}}'.$CNI_COMMAND.env
            cat > '{{Records}}/{{type}}'.$CNI_COMMAND.stdin
            case $CNI_COMMAND in
            ADD)
            {{add ?? Print(Result)}}
            ;;
            DEL)
            {{delete}}
            ;;
            CHECK)
            {{check}}
            ;;
            STATUS)
            {{status}}
            ;;
            VERSION)
            echo '{"cniVersion":"1.1.0","supportedVersions":["0.3.1","0.4.0","1.0.0","1.1.0"]}'
            ;;
            esac

            """);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    public static string Print(string text) => $"cat <<'EOF'\n{text}\nEOF";

    public static string Fail(uint code, string msg, string details = "") =>
        Print($$"""{"cniVersion":"1.0.0","code":{{code}},"msg":"{{msg}}","details":"{{details}}"}""") + "\nexit 1";

    private static string Plugin(string type) => $$"""{"type":"{{type}}","capabilities":{"mac":true} }""";

    /// <summary>Runs <c>cnm-cni cni</c> with these arguments, in this process.</summary>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        try
        {
            return await CommandLine.RunAsync(
                ["cni", .. arguments, "--config", ConfigFile],
                (_, _) => Task.FromResult(42),
                new InvocationConfiguration { Output = output, Error = error },
                Variables.GetValueOrDefault,
                cancellationToken);
        }
        finally
        {
            Output = output.ToString();
            Error = error.ToString();
        }
    }

    public void Dispose()
    {
        if (File.Exists(Sandbox))
            NetworkNamespace.Unmount(Sandbox);

        _directory.Delete(recursive: true);
    }
}
