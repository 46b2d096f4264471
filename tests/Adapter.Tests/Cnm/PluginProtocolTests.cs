namespace Bridge.Adapter.Tests.Cnm;

public sealed class PluginProtocolTests : IAsyncLifetime
{
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it opens netlink sockets in network namespaces.");
        _daemon = await ServingDaemon.StartAsync();
    }

    public ValueTask DisposeAsync() => _daemon is null ? ValueTask.CompletedTask : _daemon.DisposeAsync();

    [Fact]
    public async Task The_handshake_is_what_Docker_expects_even_with_the_empty_Host_of_older_engines()
    {
        var answer = await _daemon.SendRawAsync(
            "POST /Plugin.Activate HTTP/1.1\r\nHost: \r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\nAccept: " +
            "application/vnd.docker.plugins.v1.2+json\r\n\r\n");
        answer.Should().StartWith("HTTP/1.1 200 OK").And.EndWith("""{"Implements":["NetworkDriver","IpamDriver"]}""");
        (await _daemon.PostAsync("NetworkDriver.GetCapabilities", "")).Should().Be(
            (200, """{"Scope":"local","ConnectivityScope":"local"}"""));
    }

    [Fact]
    public void Only_root_can_reach_the_socket() =>
        File.GetUnixFileMode(_daemon.Settings.Socket).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    [Fact]
    public async Task The_socket_file_is_removed_at_the_end_because_Docker_waits_15_seconds_for_a_dead_one()
    {
        await using var daemon = await ServingDaemon.StartAsync();
        await daemon.StopAsync();
        Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(daemon.Settings.Socket)!).Should().BeEmpty();
    }

    [Theory]
    [InlineData("CreateNetwork")]
    [InlineData("DeleteNetwork")]
    [InlineData("CreateEndpoint")]
    [InlineData("EndpointOperInfo")]
    [InlineData("Join")]
    [InlineData("ProgramExternalConnectivity")]
    [InlineData("RevokeExternalConnectivity")]
    [InlineData("Leave")]
    [InlineData("DeleteEndpoint")]
    public async Task Dockers_broken_retry_with_an_empty_body_does_nothing_and_says_so(string method)
    {
        var (status, body) = await _daemon.PostAsync($"NetworkDriver.{method}", "");
        status.Should().Be(200);
        body.Should().StartWith("{\"Err\":\"the request has no body.").And.Contain("nothing was done this time");
    }

    [Theory]
    [InlineData("{", "does not follow the network driver protocol")]
    [InlineData("[]", "does not follow the network driver protocol")]
    [InlineData("null", "the request body is null")]
    [InlineData("{}", "NetworkID")]
    [InlineData("""{"NetworkID":"n1"}""", "EndpointID")]
    [InlineData("""{"NetworkID":null,"EndpointID":"e1"}""", "NetworkID")]
    [InlineData("""{"NetworkID":7,"EndpointID":"e1"}""", "does not follow the network driver protocol")]
    [InlineData("""{"NetworkID":"n1","EndpointID":"../../etc"}""", "EndpointID \\u0022../../etc\\u0022 is not an id")]
    [InlineData("""{"NetworkID":"n1","EndpointID":""}""", "is not an id")]
    [InlineData("""{"NetworkID":"n1","EndpointID":"a\nb"}""", "is not an id")]
    public async Task A_malformed_request_is_refused_with_what_is_wrong(string request, string reason)
    {
        var (status, body) = await _daemon.PostAsync("NetworkDriver.CreateEndpoint", request);
        status.Should().Be(200);
        body.Should().StartWith("{\"Err\":").And.Contain(reason);
    }

    [Theory]
    [InlineData("RevokeExternalConnectivity", "{}")]
    [InlineData("Leave", "{}")]
    [InlineData("DeleteEndpoint", "{}")]
    [InlineData("EndpointOperInfo", """{"Value":{}}""")]
    public async Task Removing_what_does_not_exist_succeeds(string method, string answer) =>
        (await _daemon.PostAsync($"NetworkDriver.{method}", """{"NetworkID":"n1","EndpointID":"e1","Unknown":[1]}""")).Should().Be(
            (200, answer));

    [Fact]
    public async Task A_method_that_is_asked_for_with_another_verb_answers_405()
    {
        var answer = await _daemon.SendRawAsync("GET /NetworkDriver.Join HTTP/1.1\r\nHost: d\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 405 ").And.Contain("\r\nAllow: POST\r\n");
    }

    [Fact]
    public async Task A_method_that_does_not_exist_answers_404_which_Docker_takes_for_not_implemented() =>
        (await _daemon.PostAsync("NetworkDriver.AllocateNetwork", "{}")).Status.Should().Be(404);

    [Fact]
    public async Task An_endpoint_on_an_unknown_network_is_refused_with_what_to_do()
    {
        var (_, body) = await _daemon.PostAsync("NetworkDriver.CreateEndpoint", """{"NetworkID":"n1","EndpointID":"e1"}""");
        body.Should().Contain("cnm-cni has no record of Docker network n1").And.Contain("start the container again then");
    }

    [Fact]
    public async Task Join_without_an_endpoint_is_refused()
    {
        var (_, body) =
            await _daemon.PostAsync(
                "NetworkDriver.Join", """{"NetworkID":"n1","EndpointID":"e1","SandboxKey":"/var/run/docker/netns/1"}""");
        body.Should().Contain("endpoint e1 does not exist");
        (_, body) = await _daemon.PostAsync("NetworkDriver.Join", """{"NetworkID":"n1","EndpointID":"e1","SandboxKey":"../x"}""");
        body.Should().Contain("SandboxKey is not a plain absolute path");
    }

    [Fact]
    public async Task ProgramExternalConnectivity_before_Join_is_refused()
    {
        var (_, body) = await _daemon.PostAsync("NetworkDriver.ProgramExternalConnectivity", """{"NetworkID":"n1","EndpointID":"e1"}""");
        body.Should().Contain("endpoint e1 has not joined a sandbox");
    }

    [Fact]
    public async Task An_idle_connection_is_kept_because_Docker_would_repeat_a_call_on_a_closed_one()
    {
        const string Question = "POST /NetworkDriver.GetCapabilities HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
        using var connection = await _daemon.ConnectAsync();
        (await ServingDaemon.AskAsync(connection, Question)).Should().StartWith("HTTP/1.1 200 OK");

        // Longer than the interval at which the web server looks for connections to close.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Cancellation);
        (await ServingDaemon.AskAsync(connection, Question)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_state_does_not_start()
    {
        var second = () => Bridge.Adapter.Daemon.ServeAsync(_daemon.Settings, CancellationToken.None);
        await second.Should().ThrowAsync<Bridge.Adapter.Service.ServiceException>().WithMessage("another cnm-cni holds*");
        (await _daemon.PostAsync("NetworkDriver.GetCapabilities", "")).Status.Should().Be(200);
    }
}
