namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class CniEnvironmentTests : IDisposable
{
    private readonly CniHost _host = new CniHost().WithNetwork("pods", "1.0.0", "first").WithPlugin("first");

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("CNI_ARGS", "a", "\"a\" (pair 1 of 1) has no '='")]
    [InlineData("CNI_ARGS", "a=b=c", "\"a=b=c\" (pair 1 of 1) has more than one '='")]
    [InlineData("CNI_ARGS", ";", "\"\" (pair 1 of 2) is empty")]
    [InlineData("CNI_ARGS", "a=b;", "\"\" (pair 2 of 2) is empty")]
    [InlineData("CNI_ARGS", "a=b;=d", "\"=d\" (pair 2 of 2) has no key")]
    [InlineData("CNI_ARGS", "a=b;c=", "\"c=\" (pair 2 of 2) has no value")]
    [InlineData("CNI_ARGS", "a=b\nc", "holds a newline")]
    [InlineData("CAP_ARGS", "[]", "is not a JSON object")]
    [InlineData("CAP_ARGS", "{", "is not JSON: it ends too early")]
    [InlineData("CAP_ARGS", "{} {}", "is not JSON: ")]
    [InlineData("CAP_ARGS", """{"mac":"\ud800"}""", "is not JSON: ")]
    [InlineData("CAP_ARGS", """{"":1}""", "a capability has no name")]
    [InlineData("CNI_IFNAME", "../../x", "interface name \"../../x\"")]
    [InlineData("CNI_IFNAME", "sixteen-bytes-16", "interface name")]
    [InlineData("CNI_CONTAINERID", "../x", "container ID \"../x\"")]
    [InlineData("CNI_CONTAINERID", "a/b", "container ID \"a/b\"")]
    [InlineData("CNI_CONTAINERID", " ", "container ID \" \"")]
    [InlineData("CNI_PATH", "::", "names no directory")]
    public async Task Reserved_variables_are_refused_before_any_plugin_runs(string variable, string value, string message)
    {
        _host.Variables[variable] = value;
        foreach (var verb in new[] { "add", "check", "del" })
        {
            (await _host.RunAsync([verb, "pods", "/run/netns/x"], Cancellation)).Should().Be(2);

            ((uint?)_host.Json["code"]).Should().Be(4);
            ((string?)_host.Json["msg"]).Should().Contain(message);
            _host.Error.Should().Contain(message);
        }

        _host.AllRuns.Should().BeEmpty();
    }

    [Theory]
    [InlineData("--container-id", "../../../etc/passwd", 4)]
    [InlineData("--container-id", "", 3)]
    [InlineData("--ifname", "", 4)]
    [InlineData("--ifname", "..", 4)]
    public async Task Reserved_options_are_refused_before_any_plugin_runs(string option, string value, int code)
    {
        (await _host.RunAsync(["del", "pods", "/run/netns/x", option, value], Cancellation)).Should().Be(2);

        ((int?)_host.Json["code"]).Should().Be(code);
        _host.AllRuns.Should().BeEmpty();
    }

    [Fact]
    public async Task An_empty_path_of_a_namespace_is_not_the_working_directory()
    {
        (await _host.RunAsync(["del", "pods", ""], Cancellation)).Should().Be(2);

        ((string?)_host.Json["msg"]).Should().StartWith("NETNS is empty");
    }

    [Fact]
    public async Task Empty_variables_count_as_missing()
    {
        foreach (var name in new[] { "CNI_PATH", "NETCONFPATH", "CNI_ARGS", "CAP_ARGS", "CNI_IFNAME", "CNI_CONTAINERID" })
            _host.Variables[name] = "";

        (await _host.RunAsync(["del", "pods", "/run/netns/x"], Cancellation)).Should().Be(0);

        _host.Runs.Should().Equal("DEL first");
    }

    [Fact]
    public async Task CNI_PATH_and_NETCONFPATH_replace_the_directories_of_the_settings_and_may_be_relative()
    {
        Directory.Move(_host.Plugins, _host.PathOf("elsewhere"));
        Directory.Move(_host.Networks, _host.PathOf("other.d"));
        _host.Variables["CNI_PATH"] = $"/nonexistent::{Path.GetRelativePath(Environment.CurrentDirectory, _host.PathOf("elsewhere"))}";
        _host.Variables["NETCONFPATH"] = Path.GetRelativePath(Environment.CurrentDirectory, _host.PathOf("other.d"));

        (await _host.RunAsync(["del", "pods", "/run/netns/x"], Cancellation)).Should().Be(0);

        _host.Variable("first", "DEL", "CNI_PATH").Should().Be($"/nonexistent:{_host.PathOf("elsewhere")}");
    }
}
