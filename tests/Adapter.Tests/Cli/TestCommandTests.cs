namespace Bridge.Adapter.Tests.Cli;

/// <summary><c>cnm-cni test</c> up to the point where it would make something; tests/Engine.Tests has the rest.</summary>
public sealed class TestCommandTests : NetworksCommandTest
{
    private const string Pods = """{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "bridge" } ] }""";

    [Theory]
    [InlineData("test --timeout soon", "--timeout soon: a number with a unit is expected")]
    [InlineData("test --resolve a..b", "--resolve a..b: this is no name of a host.")]
    [InlineData("test one two", "\"two\" is one argument too many for cnm-cni test.")]
    public async Task A_wrong_command_line_is_refused_before_anything_is_asked(string commandLine, string text)
    {
        (await RunAsync(commandLine, Cancellation)).Should().Be(2);

        Error.ToString().Should().Contain(text);
        Docker.Script.Questions.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_Docker_it_says_where_it_looked()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the command needs root");
        Configure("/nonexistent/docker.sock");

        (await RunAsync("test", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith("Docker at /nonexistent/docker.sock does not answer: there is no such socket");
    }

    [Fact]
    public async Task Without_a_running_cnm_cni_it_names_the_command_that_starts_it_and_makes_nothing()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the command needs root");
        Write("10-pods.conflist", Pods);
        Docker.AddNetwork("web", "cni", "pods");
        Docker.AddNetwork("bridge", "bridge");

        (await RunAsync("test", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith($"Nothing answers on {Root}/cni.sock: cnm-cni serve is not running.");
        Docker.Script.Questions.Should().OnlyContain(question => question.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_network_of_another_driver_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the command needs root");
        Docker.AddNetwork("bridge", "bridge");

        (await RunAsync("test bridge", Cancellation)).Should().Be(1);

        Error.ToString().Should().Be("Docker network bridge has driver bridge; cnm-cni tests networks of its own driver cni.\n");
    }
}
