using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests;

/// <summary>A chain without a plugin that publishes ports.</summary>
[Plugin("bridge", "host-local")]
public sealed class BareChainPortTests(BareChainHost engine) : EngineTest(engine), IClassFixture<BareChainHost>
{
    [Feature("Published ports: a chain without a plugin for `portMappings`", Not = "nothing in the chain could publish them")]
    [Fact]
    public async Task A_port_that_nothing_can_publish_is_refused_with_what_is_missing()
    {
        var run = await TryDockerAsync(["run", "--detach", "--name", "web", "--network", Network, "--publish", "8080:80", Image]);

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain("portMappings").And.Contain("portmap");
    }
}
