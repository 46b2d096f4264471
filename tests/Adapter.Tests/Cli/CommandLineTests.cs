using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>What all commands share: settings, mistakes, and the program on the socket.</summary>
public sealed class CommandLineTests : DaemonCommandTest
{
    [Theory]
    [InlineData("", 404, "is not cnm-cni, or an older one. Restart the daemon after an update.")]
    [InlineData("oops", 500, "answered HTTP 500.")]
    [InlineData("{}", 200, "is not this version of cnm-cni")]
    [InlineData("null", 200, "is not this version of cnm-cni")]
    public async Task Another_program_on_the_socket_is_recognised(string body, int status, string message)
    {
        Daemon.Answers["POST /Bridge.Status"] = ScriptedSocket.Json(body, status);

        (await RunAsync($"status --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().Contain(Daemon.Path).And.Contain(message);
    }

    [Fact]
    public async Task When_cnm_cni_is_not_running_the_error_names_the_command_that_starts_it()
    {
        await File.WriteAllTextAsync(ConfigFile, "socket: /nonexistent/cni.sock\n", Cancellation);

        (await RunAsync($"status --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith(
            "Nothing answers on /nonexistent/cni.sock: cnm-cni serve is not running. Start it with `cnm-cni serve`");
    }

    [Fact]
    public async Task Serve_runs_the_daemon_with_the_settings_file_and_returns_its_exit_code()
    {
        (await RunAsync($"serve --config {ConfigFile}", Cancellation)).Should().Be(42);

        Served!.Socket.Should().Be(Daemon.Path);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("status")]
    [InlineData("networks")]
    [InlineData("networks create pods")]
    [InlineData("check")]
    [InlineData("settings")]
    public async Task Wrong_settings_stop_every_command_with_exit_code_2(string command)
    {
        await File.WriteAllTextAsync(ConfigFile, "sockett: /a\nlog: {level: loud}\n", Cancellation);

        (await RunAsync($"{command} --config {ConfigFile}", Cancellation)).Should().Be(2);

        Error.ToString().Should().Contain($"{ConfigFile}:1:1: unknown key sockett; did you mean socket?").And.Contain(
            $"{ConfigFile}:2:14: log.level");
        Served.Should().BeNull();
    }

    [Fact]
    public async Task The_settings_in_force_are_printed_as_a_file()
    {
        (await RunAsync($"settings --config {ConfigFile}", Cancellation)).Should().Be(0);

        await File.WriteAllTextAsync(ConfigFile, Output.ToString(), Cancellation);
        SettingsFile.Load(ConfigFile, mustExist: true).Should().BeEquivalentTo(new AdapterSettings { Socket = Daemon.Path });
    }

    [Theory]
    [InlineData("statsu", "no command statsu")]
    [InlineData("status --yaml", "no option --yaml")]
    [InlineData("serve --config", "'--config'")]
    [InlineData("", "Required command")]
    public async Task A_wrong_command_line_is_exit_code_2(string commandLine, string mistake)
    {
        (await RunAsync(commandLine, Cancellation)).Should().Be(2);

        Error.ToString().Should().Contain(mistake);
        Served.Should().BeNull();
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        (await RunAsync("--help", Cancellation)).Should().Be(0);

        Output.ToString().Should().ContainAll(
            "serve", "networks", "status", "check", "settings", "version", "cnm-cni networks create pods");
    }

    [Fact]
    public async Task The_version_is_printed()
    {
        (await RunAsync("version", Cancellation)).Should().Be(0);

        Output.ToString().Should().MatchRegex(@"^cnm-cni \d+\.\d+\.\d+( \(commit [0-9a-f]+\))?\n$");
    }
}
