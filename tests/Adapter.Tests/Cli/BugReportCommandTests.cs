using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cli.BugReport;
using Bridge.Adapter.Control;
using Bridge.Adapter.Redaction;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>What is in a bug report, and what is not.</summary>
public sealed class BugReportCommandTests : DaemonCommandTest
{
    private const string Secret = "hunter2-Zq81";

    private string DirectoryPath => Path.GetDirectoryName(ConfigFile)!;

    private string Archive => Path.Combine(DirectoryPath, "report.tar.gz");

    [Fact]
    public async Task Everything_that_can_be_had_is_in_it_without_secrets_and_the_rest_is_named_with_the_reason()
    {
        await FurnishAsync();
        Daemon.Answers["POST /Bridge.Status"] =
            Answer(new StatusResponse("0.1.0", EngineReachable: true, PodRuntimeState.Absent, [], [], [], [], [], [],
                LogFile: Path.Combine(DirectoryPath, "daemon.log")));

        (await RunAsync($"bugreport --output {Archive} --config {ConfigFile}", Cancellation)).Should().Be(0);

        var files = await ReadAsync();
        files.Keys.Should().Contain(
            [
                "status.json", "status.txt", "settings.yaml", "history.jsonl", "log.txt", "versions.txt", "contents.txt", "cni/files.txt",
                "host/kernel.txt", "host/os-release.txt", "host/sysctls.txt", "journal/networks/57c2.json",
                $"cni{DirectoryPath}/net.d/10-pods.conflist",
            ]);
        files["status.txt"].Should().StartWith("All is well.");
        files["log.txt"].Should().Be("login at 10.88.0.2 with (redacted) failed\n");
        files["settings.yaml"].Should().Contain("LOGIN: \"(redacted)\"");
        files[$"cni{DirectoryPath}/net.d/10-pods.conflist"].Should().Contain("10.88.0.0/16");
        files.Keys.Should().NotContain(name => name.Contains("kubeconfig", StringComparison.Ordinal));
        files["cni/files.txt"].Should().Contain("kubeconfig");
        string.Concat(files.Values).Should().NotContain(Secret).And.NotContain("variable-of-");
        Output.ToString().Should().Contain("Not in it:").And.MatchRegex("docker/version.json: Docker at .*: there is no such socket");
        files["contents.txt"].Should().Contain("docker/version.json");
        File.GetUnixFileMode(Archive).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Without_a_daemon_there_is_a_report_too()
    {
        await FurnishAsync();
        await File.WriteAllTextAsync(
            Path.Combine(DirectoryPath, "net.d", "20-odd.conf"), """{"name":"half a character: \ud800","token":"hunter2-Zq81"}""",
            Cancellation);
        var text = (await File.ReadAllTextAsync(ConfigFile, Cancellation)).Replace(Daemon.Path, "/nonexistent/cni.sock");
        await File.WriteAllTextAsync(ConfigFile, text, Cancellation);

        (await RunAsync($"bugreport --output {Archive} --config {ConfigFile}", Cancellation)).Should().Be(0);

        var files = await ReadAsync();
        files.Keys.Should().Contain(["settings.yaml", "history.jsonl", "versions.txt"]).And.NotContain("status.json");
        files[$"cni{DirectoryPath}/net.d/20-odd.conf"].Should().Contain("half a character").And.Contain("\"token\":\"(redacted)\"");
        Output.ToString().Should().Contain("status.json: Nothing answers on");
    }

    [Fact]
    public async Task A_wrong_settings_file_is_named_in_the_report()
    {
        await FurnishAsync();
        await File.WriteAllTextAsync(ConfigFile, $"nonsense: 1\npluginEnvironment: {{ TOKEN: {Secret} }}\n", Cancellation);

        (await RunAsync($"bugreport --output {Archive} --config {ConfigFile}", Cancellation)).Should().Be(0);

        Output.ToString().Should().MatchRegex($"settings.yaml .*{ConfigFile}.*nonsense");
        var files = await ReadAsync();
        files["contents.txt"].Should().Contain("nonsense");
        string.Concat(files.Values).Should().NotContain(Secret);
    }

    [Fact]
    public async Task An_existing_file_is_not_overwritten()
    {
        await File.WriteAllTextAsync(Archive, "precious", Cancellation);

        (await RunAsync($"bugreport --output {Archive} --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().Contain("exists already and is not overwritten");
        (await File.ReadAllTextAsync(Archive, Cancellation)).Should().Be("precious");
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_named()
    {
        (await RunAsync($"bugreport --output /nonexistent/x.tar.gz --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().Contain("/nonexistent/x.tar.gz cannot be written");
    }

    [Fact]
    public async Task A_source_that_hangs_is_left_out()
    {
        var source = new ReportSource("slow.txt", async _ =>
        {
            await Task.Delay(Timeout.Infinite, Cancellation);
            return [];
        })
        {
            Patience = TimeSpan.FromSeconds(0.1),
        };

        var parts = await source.TryReadAsync(Cancellation);

        parts.Should().Equal(ReportPart.Missing("slow.txt", "no answer within 0.1 s"));
    }

    [Fact]
    public void A_text_that_is_too_long_begins_with_a_whole_line()
    {
        var part = ReportPart.Of("log.txt", $"token={Secret}\nsecond\n{new string('x', ReportPart.Longest - 10)}");

        part.Text!.Length.Should().Be(ReportPart.Longest - 3, "a line that was cut off might begin within a secret");
        part.Text.Should().StartWith("second\n");
        part.Problem.Should().Be("only its last 16 Mi characters");
    }

    [Fact]
    public void A_secret_of_one_part_is_found_in_another()
    {
        var parts = ReportArchive.WithoutSecrets(
            [new ReportPart("log.txt", $"with {Secret} at 10.0.0.1"), new ReportPart("a.conf", $$"""{"token":"{{Secret}}"}""")], []);

        parts[0].Text.Should().Be($"with {Redactor.Mark} at 10.0.0.1");
    }

    private async Task FurnishAsync()
    {
        var netd = Directory.CreateDirectory(Path.Combine(DirectoryPath, "net.d")).FullName;
        var networks = Directory.CreateDirectory(Path.Combine(DirectoryPath, "state", "networks")).FullName;
        var history = Directory.CreateDirectory(Path.Combine(DirectoryPath, "state", "history")).FullName;
        await File.WriteAllTextAsync(Path.Combine(netd, "10-pods.conflist"), $$"""
            {"cniVersion":"1.0.0","name":"pods","plugins":[
              {"type":"bridge","password":"{{Secret}}","ipam":{"subnet":"10.88.0.0/16"} } ]}
            """);
        await File.WriteAllTextAsync(Path.Combine(netd, "pods-kubeconfig"), $"token: {Secret}");
        await File.WriteAllTextAsync(
            Path.Combine(networks, "57c2.json"), $$$"""{"NetworkId":"57c2","EndpointDefaults":{"cni.args.TOKEN":"{{{Secret}}}"}}""");
        await File.WriteAllTextAsync(
            Path.Combine(history, "0000000001.jsonl"), """{"time":"2026-01-01T00:00:00Z","kind":"daemon-started"}""" + "\n");
        await File.WriteAllTextAsync(Path.Combine(DirectoryPath, "daemon.log"), $"login at 10.88.0.2 with {Secret} failed\n");
        await File.AppendAllTextAsync(ConfigFile, $"""
            stateDirectory: '{DirectoryPath}/state'
            runDirectory: '{DirectoryPath}/run'
            configurationDirectory: '{netd}'
            pluginDirectories: ['{DirectoryPath}/bin']
            dockerSocket: '{DirectoryPath}/docker.sock'
            criSocket: '{DirectoryPath}/cri.sock'
            pluginEnvironment: {"{"}LOGIN: 'variable-of-{Secret}'{"}"}

            """);
    }

    private async Task<Dictionary<string, string>> ReadAsync()
    {
        await using var file = File.OpenRead(Archive);
        await using var text = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(text);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await tar.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
        {
            entry.Mode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            files.Add(entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..], await reader.ReadToEndAsync(Cancellation));
        }

        return files;
    }
}
