using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary><c>docker network connect</c> of a container that crashes again and again, which is removed before it runs again.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class OrphanedEndpointTests(ComebackHost engine) : EngineTest(engine), IClassFixture<ComebackHost>
{
    private const string Feature = "Nothing is left: containers that are removed while they crash again and again";

    [Feature(Feature)]
    [Fact]
    public async Task An_orphaned_endpoint_is_reported_with_the_command_that_frees_its_port()
    {
        await DockerAsync("run", "--rm", "--publish", "80", Image, "true"); // Docker makes some of its rules once.
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await ConnectAndRemoveBetweenCrashesAsync();

        if (Host.Engine < EngineVersion.V28)
        {
            Except(Feature,
                ["Docker keeps the endpoint of one that was connected between two crashes; `cnm-cni repair` tells the command that " +
                    "removes it"]);
            await RequireToldAsync($"docker network disconnect --force {Network} loop");
            await DockerAsync("network", "disconnect", "--force", Network, "loop");
        }

        (await Host.BridgeAsync(["repair"], Cancellation)).EnsureSuccess().StandardOutput.Should().Contain("Nothing to repair");
        await RunContainerAsync("web", "--publish", "8080:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    // Docker waits twice as long after each crash, from 100 ms on; how long both commands take is the machine's affair.
    private async Task ConnectAndRemoveBetweenCrashesAsync()
    {
        for (var crashes = 6; ; crashes++)
        {
            await DockerAsync("run", "--detach", "--name", "loop", "--restart", "always", "--publish", "8080:80", Image, "false");
            (await Eventually.IsTrueAsync(
                async _ =>
                    await DockerAsync("inspect", "--format", "{{.State.Status}} {{.RestartCount}}", "loop") == $"restarting {crashes}",
                    Cancellation)).Should().BeTrue();
            var connect = await TryDockerAsync("network", "connect", Network, "loop");
            await DockerAsync("rm", "--force", "loop");
            if (Host.Engine >= EngineVersion.V28)
            {
                connect.StandardError.Should().Contain("network sandbox for container"); // It is refused, and undone.
                return;
            }

            connect.EnsureSuccess();
            if ((await DockerAsync("network", "inspect", "--format", "{{len .Containers}}", Network)) == "1")
                return;

            crashes.Should().BeLessThan(9);
        }
    }

    private async Task RequireToldAsync(string cure)
    {
        var repair = await Host.BridgeAsync(["repair"], Cancellation);
        repair.ExitCode.Should().Be(1);
        repair.StandardOutput.Should().Contain("orphaned-endpoint: container loop").And.Contain(cure);
        (await Host.BridgeAsync(["status"], Cancellation)).StandardOutput.Should().Contain(cure);
    }
}
