using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Tests.Cli;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>`cnm-cni ui` as a command.</summary>
public sealed class UiCommandTests : DaemonCommandTest
{
    [Theory]
    [InlineData("8399")]
    [InlineData("localhost:8399")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("::1:8399")]
    [InlineData("1:8399")]
    public async Task An_address_that_is_none_is_an_error_of_the_command_line(string listen)
    {
        var exitCode = await RunAsync($"ui --listen {listen} --config {ConfigFile}", Cancellation);

        exitCode.Should().Be(2);
        Error.ToString().Should().Contain($"--listen {listen}: an IP address and a port are expected, for example 127.0.0.1:8399");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_what_to_do()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = (IPEndPoint)other.LocalEndpoint;

        var exitCode = await RunAsync($"ui --listen {taken} --config {ConfigFile}", Cancellation);

        exitCode.Should().Be(1);
        Error.ToString().Should().Contain($"Port {taken.Port} of 127.0.0.1 is in use").And.Contain("port 0 takes a free one");
        Output.ToString().Should().BeEmpty();
    }

    [Fact]
    public async Task An_address_of_another_host_is_named()
    {
        (await RunAsync($"ui --listen 192.0.2.7:8399 --config {ConfigFile}", Cancellation)).Should().Be(1);
        Error.ToString().Should().Contain("192.0.2.7 is not an address of this host");
    }

    [Theory]
    [InlineData("127.0.0.1:0", false)]
    [InlineData("[::1]:0", false)]
    [InlineData("0.0.0.0:0", true)]
    public async Task The_URL_is_printed_and_a_warning_where_others_can_reach_it(string listen, bool isWarned)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = RunAsync($"ui --listen {listen} --config {ConfigFile}", end.Token);
        await Eventually.TrueAsync(() => running.IsCompleted || Lines().Length == 3, "three lines are printed");
        Assert.SkipWhen(running.IsCompleted && listen.Contains("::", StringComparison.Ordinal), "this machine has no IPv6");

        var url = new Uri(Lines()[1]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(url, Cancellation);
        await end.CancelAsync();

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Lines()[2].Should().Contain($"ssh -L {url.Port}:{url.Authority} ");
        Error.ToString().Contains("can be reached from other hosts", StringComparison.Ordinal).Should().Be(isWarned);
        (await running).Should().Be(0);
    }
}
