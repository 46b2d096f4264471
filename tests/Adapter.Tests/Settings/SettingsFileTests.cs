using System.Net;
using System.Runtime.CompilerServices;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Sandboxes;
using Microsoft.Extensions.Logging;

namespace Bridge.Adapter.Tests.Settings;

public sealed class SettingsFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("settings-").FullName, "config.yaml");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public void No_file_means_all_defaults() =>
        SettingsFile.Load(_file, mustExist: false).Should().BeEquivalentTo(new AdapterSettings());

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("timeouts:\n#  add: 5s\nlog: ~\n")]
    public void A_file_that_sets_nothing_means_all_defaults(string yaml) =>
        Read(yaml).Should().BeEquivalentTo(new AdapterSettings());

    [Fact]
    public void Every_key_can_be_set() => Read("""
        socket: /run/docker/plugins/other.sock
        driverName: example.org:5000/net/cnm-cni:1.2
        pluginRoot: /host/
        stateDirectory: /srv/state/
        runDirectory: "/srv/run"
        configurationDirectory: /srv/net.d
        pluginDirectories:
          - /srv/bin
          - /usr/libexec/cni
        dockerSocket: /run/other-docker.sock
        criSocket: /run/k3s/containerd/containerd.sock
        autoNetworks: true
        sandboxPlugins: [cilium-cni, route-override]
        forbiddenArguments: ['K8S_*', OWNER]
        pluginEnvironment: {PROXY: 'http://10.0.0.1:3128', zone_1: ''}
        timeouts: {add: 90s, delete: 2m, check: 500ms, probe: 1s, call: 1h, terminationGrace: 0s}
        calls: {running: 1, waiting: 0}
        repair: {interval: 1m, orphanGrace: 10s, retryFirst: 250ms, retryLongest: 1h}
        pluginOutputLimit: 64KiB
        log: {level: Debug, format: json, priorities: always}
        metrics: {listen: '[::1]:9464'}
        traces: {endpoint: 'https://otlp.example.org/otlp', protocol: http/protobuf, headersFile: /srv/headers,
          serviceName: node 7, ratio: 0.25}
        history: {size: 0}
        """).Should().BeEquivalentTo(new AdapterSettings
    {
        Socket = "/run/docker/plugins/other.sock",
        DriverName = "example.org:5000/net/cnm-cni:1.2",
        PluginRoot = "/host",
        StateDirectory = "/srv/state",
        RunDirectory = "/srv/run",
        ConfigurationDirectory = "/srv/net.d",
        PluginDirectories = ["/srv/bin", "/usr/libexec/cni"],
        DockerSocket = "/run/other-docker.sock",
        CriSocket = "/run/k3s/containerd/containerd.sock",
        AutoNetworks = true,
        SandboxPlugins = ["cilium-cni", "route-override"],
        ForbiddenArguments = ["K8S_*", "OWNER"],
        PluginEnvironment = new Dictionary<string, string> { ["PROXY"] = "http://10.0.0.1:3128", ["zone_1"] = "" },
        Timeouts =
            new TimeoutSettings { Add = TimeSpan.FromSeconds(90), Delete = TimeSpan.FromMinutes(2), Check = TimeSpan.FromMilliseconds(500),
                Probe = TimeSpan.FromSeconds(1), Call = TimeSpan.FromHours(1), TerminationGrace = TimeSpan.Zero },
        Calls = new CallSettings { Running = 1, Waiting = 0 },
        Repair = new RepairSettings { Interval = TimeSpan.FromMinutes(1), OrphanGrace = TimeSpan.FromSeconds(10),
            RetryFirst = TimeSpan.FromMilliseconds(250), RetryLongest = TimeSpan.FromHours(1) },
        PluginOutputLimit = 64 * 1024,
        Log = new LogSettings { Level = LogLevel.Debug, Format = LogFormat.Json, Priorities = LogPriorities.Always },
        Metrics = new MetricsSettings { Listen = new IPEndPoint(IPAddress.IPv6Loopback, 9464) },
        Traces = new TraceSettings { Endpoint = new Uri("https://otlp.example.org/otlp"), Protocol = TraceProtocol.HttpProtobuf,
            HeadersFile = "/srv/headers", ServiceName = "node 7", Ratio = 0.25 },
        History = new HistorySettings { Size = 0 },
    });

    [Theory]
    [InlineData("sokcet: /a\n", "1:1: unknown key sokcet; did you mean socket?")]
    [InlineData("timeouts:\n  addd: 5s\n", "2:3: unknown key timeouts.addd; did you mean add?")]
    [InlineData("history: {size: 64KiB}\n", "1:10: history: size (64KiB) must be 0, for no history, or at least 1MiB")]
    [InlineData("history: {size: 16}\n", "1:17: history.size: \"16\" is not a size with its unit")]
    [InlineData("log:\n  colour: red\n", "2:3: unknown key log.colour; known here: level, format, priorities")]
    [InlineData("metrics: {listen: 9464}\n", "1:19: metrics.listen: \"9464\" is not an IP address and a port")]
    [InlineData("metrics: {listen: 127.0.0.1}\n", "1:19: metrics.listen: \"127.0.0.1\" is not an IP address and a port")]
    [InlineData("metrics: {listen: '127.0.0.1:0'}\n", "1:19: metrics.listen: \"127.0.0.1:0\" is not an IP address and a port")]
    [InlineData("metrics: {listen: '::1:9464'}\n", "1:19: metrics.listen: \"::1:9464\" is not an IP address and a port")]
    [InlineData("metrics: {listen: 'localhost:9464'}\n", "1:19: metrics.listen: \"localhost:9464\" is not an IP address and a port")]
    [InlineData("metrics: {listen: '1:9464'}\n", "1:19: metrics.listen: \"1:9464\" is not an IP address and a port")]
    [InlineData("traces: {endpoint: 'localhost:4318'}\n", "1:20: traces.endpoint: \"localhost\" is none of http, https and unix")]
    [InlineData("traces: {endpoint: collector}\n", "1:20: traces.endpoint: \"collector\" is not a URL")]
    [InlineData("traces: {endpoint: 'http://me:secret@host'}\n", "1:20: traces.endpoint: the URL must not contain a user or password")]
    [InlineData("traces: {endpoint: 'http://host/?key=1'}\n", "1:20: traces.endpoint: the URL must have neither ? nor #")]
    [InlineData("traces: {endpoint: 'unix://run/otel.sock'}\n", "1:20: traces.endpoint: a socket has an absolute path after unix://")]
    [InlineData("traces: {endpoint: 'http://host/v1', protocol: grpc}\n", "1:9: traces: with protocol grpc the URL of the endpoint has")]
    [InlineData("traces: {protocol: thrift}\n", "1:20: traces.protocol: \"thrift\" is not one of http/protobuf, grpc")]
    [InlineData("traces: {ratio: 2}\n", "1:17: traces.ratio: 2 is out of range; allowed are 0 to 1")]
    [InlineData("traces: {ratio: 10%}\n", "1:17: traces.ratio: \"10%\" is not a share of 1, for example 0.1")]
    [InlineData("traces: {serviceName: ' '}\n", "1:23: traces.serviceName: a name has 1 to 255 characters")]
    [InlineData("traces: {headersFile: headers}\n", "1:23: traces.headersFile: \"headers\" is not an absolute path")]
    [InlineData("socket: /a\nsocket: /b\n", "2:1: socket is set twice")]
    [InlineData("timeouts: {add: 60}\n", "1:17: timeouts.add: \"60\" is not a duration with its unit (ms, s, m, h), for example 60s")]
    [InlineData("timeouts: {add: 1.5s}\n", "1:17: timeouts.add: \"1.5s\" is not a duration")]
    [InlineData("timeouts: {add: -5s}\n", "1:17: timeouts.add: \"-5s\" is not a duration")]
    [InlineData("timeouts: {add: 99999999999999999s}\n", "1:17: timeouts.add: \"99999999999999999s\" is not a duration")]
    [InlineData("timeouts: {add: 31m}\n", "1:17: timeouts.add: 31m is out of range; allowed are 100ms to 30m")]
    [InlineData("timeouts: {add: }\n", "1:17: timeouts.add: expected a duration")]
    [InlineData("timeouts: 5s\n", "1:11: timeouts: expected keys and values (add, delete, check, probe, call, terminationGrace)")]
    [InlineData("timeouts: {add: 2m}\n",
        "1:11: timeouts: call (150s) must not be shorter than add, delete and twice terminationGrace together (184s)")]
    [InlineData("timeouts: {call: 3h}\n", "1:18: timeouts.call: 3h is out of range; allowed are 100ms to 2h")]
    [InlineData("calls: {running: 0}\n", "1:18: calls.running: 0 is out of range; allowed are 1 to 1024")]
    [InlineData("calls: {running: 2s}\n", "1:18: calls.running: \"2s\" is not a whole number, for example 32")]
    [InlineData("calls: {waiting: 99999999999999}\n", "1:18: calls.waiting: 99999999999999 is out of range; allowed are 0 to 65536")]
    [InlineData("timeouts: [5s]\n", "1:11: timeouts: expected keys and values")]
    [InlineData(
        "repair:\n  retryFirst: 10s\n  retryLongest: 5s\n", "2:3: repair: retryFirst (10s) must not be longer than retryLongest (5s)")]
    [InlineData(
        "pluginOutputLimit: 16MB\n", "1:20: pluginOutputLimit: \"16MB\" is not a size with its unit (B, KiB, MiB, GiB), for example 16MiB")]
    [InlineData(
        "pluginOutputLimit: 9000000000GiB\n", "1:20: pluginOutputLimit: 9000000000GiB is out of range; allowed are 64KiB to 256MiB")]
    [InlineData(
        "driverName: cnm cni\n", "1:13: driverName: \"cnm cni\" is no name of a driver: letters, digits, '_', '-', '.', '/' and ':'")]
    [InlineData("driverName: ''\n", "1:13: driverName: \"\" is no name of a driver")]
    [InlineData("pluginRoot: host\n", "1:13: pluginRoot: \"host\" is not an absolute path (it must begin with /)")]
    [InlineData("socket: run/cni.sock\n", "1:9: socket: \"run/cni.sock\" is not an absolute path (it must begin with /)")]
    [InlineData(
        "dockerSocket: unix:///var/run/docker.sock\n", "1:15: dockerSocket: \"unix:///var/run/docker.sock\" is not an absolute path")]
    [InlineData("stateDirectory: /var/../etc\n", "1:17: stateDirectory: the path must not contain .. or control characters")]
    [InlineData("socket: {}\n", "1:9: socket: expected an absolute path")]
    [InlineData("pluginDirectories: /opt/cni/bin\n", "1:20: pluginDirectories: expected a list of absolute paths")]
    [InlineData("pluginDirectories: []\n",
        "1:20: pluginDirectories: the list is empty; leave the key out, and cnm-cni finds the directories")]
    [InlineData("pluginDirectories: [/a, b]\n", "1:25: pluginDirectories: \"b\" is not an absolute path")]
    [InlineData("pluginDirectories: [/a, /a]\n", "pluginDirectories: /a is listed twice")]
    [InlineData("autoNetworks: yes\n", "1:15: autoNetworks: \"yes\" is neither true nor false")]
    [InlineData("autoNetworks: [true]\n", "1:15: autoNetworks: expected true or false")]
    [InlineData("sandboxPlugins: sbr\n", "1:17: sandboxPlugins: expected a list of file names, for example [my-plugin]")]
    [InlineData("sandboxPlugins: [vrf, /opt/cni/bin/x]\n", "1:23: sandboxPlugins: \"/opt/cni/bin/x\" is not the bare name of a file")]
    [InlineData("sandboxPlugins: ['']\n", "1:18: sandboxPlugins: \"\" is not the bare name of a file")]
    [InlineData("pluginDirectories: [/opt/cni/bin, '/a:b']\n",
        "1:35: pluginDirectories: the path must not contain ':', which stands between paths in CNI_PATH")]
    [InlineData("sandboxPlugins: [..]\n", "1:18: sandboxPlugins: \"..\" is not the bare name of a file")]
    [InlineData("sandboxPlugins: [a, b, a]\n", "1:17: sandboxPlugins: a is listed twice")]
    [InlineData("criSocket: run/c.sock\n", "1:12: criSocket: \"run/c.sock\" is not an absolute path")]
    [InlineData("criSocket: /c\ncontainerdSocket: /c\n", "2:1: containerdSocket is set twice")]
    [InlineData("pluginDirectories: automatic\n", "1:20: pluginDirectories: expected a list of absolute paths")]
    [InlineData("configurationDirectory: found\n", "1:25: configurationDirectory: \"found\" is not an absolute path")]
    [InlineData(
        "log: {level: loud}\n", "1:14: log.level: \"loud\" is not one of trace, debug, information, warning, error, critical, none")]
    [InlineData("log: {level: 3}\n", "1:14: log.level: \"3\" is not one of")]
    [InlineData("? [a, b]\n: 1\n", "a key must be a plain word")]
    [InlineData("- socket\n", "1:1: expected keys and values")]
    [InlineData("socket: &a /run/a.sock\ndockerSocket: *a\n", "2:15: dockerSocket: expected an absolute path")]
    [InlineData("socket: /a\n---\nsocket: /b\n", "2:1: a second YAML document begins here")]
    [InlineData("socket: \"/run\n", "this is not YAML")]
    public void A_mistake_is_reported_with_its_position_and_its_correction(string yaml, string message) =>
        Problems(yaml).Should().ContainSingle().Which.Should().Contain($"{_file}:").And.Contain(message);

    [Fact]
    public void The_former_name_of_criSocket_is_read() =>
        Read("containerdSocket: /run/c.sock\n").CriSocket.Should().Be("/run/c.sock");

    [Fact]
    public void What_is_auto_is_found_by_cnm_cni() =>
        Read("configurationDirectory: auto\npluginDirectories: auto\ncriSocket: auto\n").Should().BeEquivalentTo(new AdapterSettings());

    [Fact]
    public void A_socket_path_longer_than_the_kernel_takes_is_refused() =>
        Problems($"socket: /{new string('s', 107)}").Should().ContainSingle().Which.Should().Contain("longer than the kernel's 107 bytes");

    [Fact]
    public void All_mistakes_are_reported_at_once_in_the_order_of_the_file() =>
        Problems("nonsense: 1\ntimeouts:\n  add: soon\n  deleet: 5s\nlog: {format: xml}\nsocket: [\n").Select(
            problem => problem[_file.Length..]).Should().SatisfyRespectively(
            first => first.Should().StartWith(":1:1: unknown key nonsense"),
            second => second.Should().StartWith(":3:8: timeouts.add: \"soon\""),
            third => third.Should().StartWith(":4:3: unknown key timeouts.deleet; did you mean delete?"),
            fourth => fourth.Should().StartWith(":5:15: log.format: \"xml\" is not one of text, json"),
            fifth => fifth.Should().StartWith(":6:9: socket: expected an absolute path"),
            sixth => sixth.Should().Contain("this is not YAML"));

    [Theory]
    [InlineData("log: {}\nsocket: /a\u00e9\n", "latin1", ":2:1: there is a byte in this line that is not UTF-8; save the file as UTF-8")]
    [InlineData("socket: /a\n", "utf-16", ": this is written in UTF-16; save the file as UTF-8")]
    [InlineData("socket: /a\n", "utf-16BE", ": this is written in UTF-16; save the file as UTF-8")]
    public void A_path_is_not_taken_for_another_because_the_file_is_in_another_encoding(string yaml, string encoding, string problem)
    {
        File.WriteAllText(_file, yaml, System.Text.Encoding.GetEncoding(encoding));

        FluentActions.Invoking(() => SettingsFile.Load(_file, mustExist: true)).Should().Throw<SettingsException>().WithMessage(
            _file + problem);
    }

    [Fact]
    public void A_file_that_was_asked_for_must_exist() =>
        FluentActions.Invoking(() => SettingsFile.Load(_file, mustExist: true))
            .Should().Throw<SettingsException>().WithMessage($"{_file}: there is no such file*");

    [Theory]
    [InlineData("mkfifo FILE", "it is a named pipe")]
    [InlineData("ln -s /dev/zero FILE", "it is a device")]
    [InlineData("truncate -s 3G FILE", "it is larger than 1 MiB, which no settings are")]
    [InlineData("mkdir FILE", "it is a directory")]
    [InlineData("ln -s nowhere FILE", "it is a link to nowhere, where there is no file")]
    [InlineData("ln -s FILE FILE", "it is a link to FILE, which leads back to itself")]
    public async Task A_pipe_or_device_in_place_of_the_settings_file_is_refused_at_once(string make, string reason)
    {
        Tool.Run("rm", "--force", _file);
        Tool.Run("sh", "-c", make.Replace("FILE", _file, StringComparison.Ordinal));
        try
        {
            var load = () => Task.Run(() => SettingsFile.Load(_file, mustExist: true), Cancellation);
            (await load.Should().ThrowAsync<SettingsException>()).WithMessage(
                $"{_file}: the file cannot be read: {reason.Replace("FILE", _file, StringComparison.Ordinal)}");
        }
        finally
        {
            Tool.Run("rm", "--recursive", "--force", _file);
        }
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("link")]
    public void An_empty_device_and_a_symbolic_link_to_a_file_are_read(string path)
    {
        File.WriteAllText(_file, "");
        var link = _file + ".link";
        File.CreateSymbolicLink(link, _file);

        SettingsFile.Load(path == "link" ? link : path, mustExist: true).Should().BeEquivalentTo(new AdapterSettings());
        File.Delete(link);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_an_error_even_for_the_default_path() =>
        FluentActions.Invoking(() => SettingsFile.Load(Path.GetDirectoryName(_file)!, mustExist: false))
            .Should().Throw<SettingsException>().WithMessage("*the file cannot be read*");

    [Fact]
    public void The_settings_in_force_are_printed_as_a_file_that_means_the_same()
    {
        var settings =
            new AdapterSettings { StateDirectory = "/srv/it's: here", AutoNetworks = true, SandboxPlugins = ["a", "b: c"],
                PluginOutputLimit = 100_000, Repair = new RepairSettings { RetryFirst = TimeSpan.FromMilliseconds(1500) } };

        Read(SettingsTable.ToYaml(settings)).Should().BeEquivalentTo(settings);
    }

    [Fact]
    public void The_sample_file_has_the_default_of_every_key_and_is_printed_by_the_program()
    {
        var sample = Path.Combine(RepositoryRoot(), "samples/bridge/settings.yaml");

        SettingsFile.Load(sample, mustExist: true).Should().BeEquivalentTo(new AdapterSettings());
        Keys(File.ReadAllText(sample)).Should().BeEquivalentTo(Keys(SettingsTable.ToYaml(new AdapterSettings())));
        File.ReadAllText(sample).Should().Be(
            CommentedSettings.Of(new AdapterSettings()), "cnm-cni settings --comments --config /dev/null > samples/bridge/settings.yaml");
    }

    [Fact]
    public void Comments_change_nothing_and_every_section_has_one()
    {
        var settings =
            new AdapterSettings { StateDirectory = "/srv/it's: #1", SandboxPlugins = ["a", "b: c"], PluginOutputLimit = 100_000 };
        var text = CommentedSettings.Of(settings);

        Read(text).Should().BeEquivalentTo(settings);
        text.Split('\n').Should().OnlyContain(line => line.Length <= 120 || !line.TrimStart().StartsWith('#'));
        SettingsTable.Keys.Select(key => key.Key.Split('.')[0]).Where(name => SettingsMeaning.Of(name).Length == 0).Should().BeEmpty();
    }

    [Fact]
    public void Every_key_and_its_default_are_in_the_documentation()
    {
        var documentation = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs/settings.md"));

        foreach (var (key, value) in Keys(SettingsTable.ToYaml(new AdapterSettings())))
            documentation.Should().Contain($"| `{key}` | `{value}` |");
    }

    /// <summary>"section.key" → what it is set to, of a file as simple as ours.</summary>
    private static Dictionary<string, string> Keys(string yaml)
    {
        var keys = new Dictionary<string, string>();
        var section = "";
        foreach (var line in yaml.Split('\n').Select(line => line.Split('#')[0].TrimEnd()).Where(line => line.Length > 0))
        {
            var (key, value) = (line.Split(':')[0], line[(line.IndexOf(':') + 1)..].Trim());
            section = key[0] == ' ' ? section : key;
            if (value.Length > 0)
                keys[key[0] == ' ' ? $"{section}.{key.Trim()}" : key] = value;
        }

        return keys;
    }

    private static string RepositoryRoot([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(thisFile, "../../../.."));

    private AdapterSettings Read(string yaml)
    {
        File.WriteAllText(_file, yaml);
        return SettingsFile.Load(_file, mustExist: true);
    }

    private IEnumerable<string> Problems(string yaml)
    {
        var refused = FluentActions.Invoking(() => Read(yaml)).Should().Throw<SettingsException>().Which;
        refused.Message.Split('\n').Should().HaveCountGreaterThanOrEqualTo(refused.Problems.Count);
        return refused.Problems.Select(problem => problem.ToString());
    }
}
