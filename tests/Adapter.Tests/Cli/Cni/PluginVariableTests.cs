namespace Bridge.Adapter.Tests.Cli.Cni;

/// <summary><c>--env</c>, and the setting <c>pluginEnvironment</c>.</summary>
public sealed class PluginVariableTests : IDisposable
{
    private readonly CniHost _host = new CniHost().WithSandbox().WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Every_operation_passes_its_variables_to_plugins()
    {
        string[] variables = ["--env", "ZONE=blue green=x", "-e", "EMPTY="];
        (await _host.RunAsync(["add", "pods", _host.Sandbox, .. variables], Cancellation)).Should().Be(0, _host.Error);
        (await _host.RunAsync(["check", "pods", _host.Sandbox, .. variables], Cancellation)).Should().Be(0, _host.Error);
        (await _host.RunAsync(["status", "pods", .. variables], Cancellation)).Should().Be(0, _host.Error);
        (await _host.RunAsync(["gc", "pods", "--keep", "x", .. variables], Cancellation)).Should().Be(0, _host.Error);
        (await _host.RunAsync(["validate", .. variables], Cancellation)).Should().Be(0, _host.Error);

        foreach (var verb in new[] { "ADD", "CHECK", "STATUS", "DEL", "GC", "VERSION" })
        {
            _host.Variable("first", verb, "ZONE").Should().Be("blue green=x", verb);
            _host.Variable("first", verb, "EMPTY").Should().BeEmpty(verb);
        }
    }

    [Fact]
    public async Task A_variable_is_not_recorded_for_DEL_and_is_in_no_file()
    {
        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--env", "TOKEN=quarry"], Cancellation)).Should().Be(0);
        Directory.GetFiles(_host.State, "*", SearchOption.AllDirectories).Should().AllSatisfy(
            file => File.ReadAllText(file).Should().NotContain("quarry"));
        (await _host.RunAsync(["del", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        _host.Variable("first", "ADD", "TOKEN").Should().Be("quarry");
        _host.Variable("first", "DEL", "TOKEN").Should().BeNull();
    }

    [Fact]
    public async Task A_failed_ADD_is_cleaned_up_with_its_variables()
    {
        _host.WithPlugin("first", add: CniHost.Fail(999, "no"));

        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--env", "ZONE=blue"], Cancellation)).Should().Be(1);

        _host.Variable("first", "DEL", "ZONE").Should().Be("blue");
    }

    [Fact]
    public async Task A_name_without_a_value_passes_the_value_of_the_environment()
    {
        _host.Variables["ZONE"] = "green";

        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--env", "ZONE"], Cancellation)).Should().Be(0);

        _host.Variable("first", "ADD", "ZONE").Should().Be("green");
    }

    [Fact]
    public async Task The_option_overrides_the_setting_and_both_override_inherited_variables()
    {
        await File.AppendAllTextAsync(_host.ConfigFile, "pluginEnvironment: {ZONE: red, HOME: /nowhere, PORT: 8080}\n", Cancellation);

        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--env", "ZONE=blue"], Cancellation)).Should().Be(0);

        _host.Variable("first", "ADD", "ZONE").Should().Be("blue");
        _host.Variable("first", "ADD", "HOME").Should().Be("/nowhere");
        _host.Variable("first", "ADD", "PORT").Should().Be("8080");
    }

    [Theory]
    [InlineData(
        "CNI_ARGS=A=b", "--env: \"CNI_ARGS\" is set by the CNI specification and cannot be chosen")]
    [InlineData("CNI_=1", "--env: \"CNI_\" is set by the CNI specification")]
    [InlineData("PATH=/tmp", "--env: \"PATH\" cannot be chosen: plugins find iptables and each other by it")]
    [InlineData("LD_PRELOAD=/tmp/x.so", "--env: \"LD_PRELOAD\" cannot be chosen: the loader would put other code into plugins by it")]
    [InlineData("=1", "--env: \"\" has no name")]
    [InlineData("1A=1", "--env: \"1A\" is no name of a variable")]
    [InlineData("A B=1", "--env: \"A B\" is no name of a variable")]
    [InlineData("ZONE", "--env: ZONE has no value here; write ZONE=VALUE")]
    [InlineData("LD_PRELOAD", "--env: \"LD_PRELOAD\" cannot be chosen")]
    public async Task A_reserved_variable_is_refused_before_any_plugin_runs(string word, string sentence)
    {
        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--env", word], Cancellation)).Should().Be(2);

        ((string)_host.Json["msg"]!).Should().StartWith(sentence);
        _host.AllRuns.Should().BeEmpty();
    }

    [Fact]
    public async Task A_variable_that_is_given_twice_is_refused()
    {
        (await _host.RunAsync(["del", "pods", _host.Sandbox, "--env", "A=1", "--env", "A=2"], Cancellation)).Should().Be(2);

        ((string)_host.Json["msg"]!).Should().Be("--env: A is given twice");
    }
}
