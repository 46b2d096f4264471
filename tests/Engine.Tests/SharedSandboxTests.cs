using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;

namespace Bridge.Engine.Tests;

/// <summary><c>docker run --network container:X</c>.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class SharedSandboxTests(SeveralNetworksHost engine) : SeveralNetworksTest(engine), IClassFixture<SeveralNetworksHost>
{
    [Feature("Containers: `--network container:NAME`")]
    [Fact]
    public async Task A_container_in_the_sandbox_of_another_sees_its_interfaces_and_leaves_them()
    {
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync("run", "--detach", "--name", "owner", "--network", First, "--publish", "8080:80", Image);
        await ConnectAsync(Second, "owner");

        await DockerAsync(["run", "--detach", "--name", "guest", "--network", "container:owner", Image, .. WebServer]);

        (await InsideAsync("guest")).Should().BeEquivalentTo(await InsideAsync("owner"));
        await AssertPublishesAsync("owner", First);
        (await Host.FromHost.GetAsync((await ViewAsync("owner", Second)).Address, 80, Cancellation)).Should().Be(Page);
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().HaveCount(2);

        await DisconnectAsync(First, "owner");
        await ConnectAsync(Third, "owner");
        (await InsideAsync("guest")).Should().BeEquivalentTo(await InsideAsync("owner"));
        await AssertPublishesAsync("owner", Second);

        await DockerAsync("rm", "--force", "guest");
        await AssertInterfacesAsync("owner", TakesFreeNames ? [Third, Second] : [null, Second, Third]);
        await AssertPassesCheckAsync("owner", skipped: TakesFreeNames ? 0 : 1);
        await ExecAsync("owner", "ping", "-c", "1", "-W", "2", (await ViewAsync("owner", Second)).Gateway);
        await DockerAsync("rm", "--force", "owner");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: `--network container:NAME`")]
    [Fact]
    public async Task Nothing_is_left_when_the_owner_of_a_sandbox_is_removed_before_its_guest()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "owner", "--publish", "8080:80");
        await DockerAsync("run", "--detach", "--name", "guest", "--network", "container:owner", Image);

        await DockerAsync("rm", "--force", "owner");

        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().BeEmpty();
        await RunOnAsync(First, "next", "--publish", "8080:80");
        await AssertPublishesAsync("next", First);
        await DockerAsync("rm", "--force", "guest", "next");
        await AssertNothingIsLeftSinceAsync(census);
    }
}
