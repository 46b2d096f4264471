using Bridge.TestHosts;
using Bridge.TestHosts.Racks;
using Bridge.TestHosts.Tracing;

namespace Bridge.Engine.Tests;

/// <summary>What a container costs does not depend on the number of hosts. `./bridge test --hosts` runs it.</summary>
public sealed class ClusterSizeTests
{
    [Theory(Timeout = Deadline.Long)]
    [InlineData(Backend.HostGateway)]
    [InlineData(Backend.Vxlan)]
    public async Task A_container_costs_the_same_on_a_host_alone_beside_four_others_and_when_it_knows_a_thousand(Backend backend)
    {
        Assert.SkipUnless(HostRequirements.Missing() is null, HostRequirements.Missing() ?? "");
        Assert.SkipUnless(SystemCallTrace.Missing() is null, SystemCallTrace.Missing() ?? "");
        await using var rack = await Rack.StartAsync(5, backend, AttachCost.QuietSettings, Cancellation);
        var first = rack.Nodes[0];
        await rack.Flannel.JoinAsync(first, Cancellation);
        await first.CreateNetworkAsync(Cancellation);
        var alone = await AttachCost.MeasureAsync(first, Cancellation);

        foreach (var other in rack.Nodes.Skip(1))
        {
            await rack.Flannel.JoinAsync(other, Cancellation);
            await other.CreateNetworkAsync(Cancellation);
            await other.RunAllAsync(Cancellation);
        }

        var together = await AttachCost.MeasureAsync(first, Cancellation);
        await rack.Flannel.PretendAsync(first, 1000, Cancellation);
        var large = await AttachCost.MeasureAsync(first, Cancellation);

        TestContext.Current.TestOutputHelper?.WriteLine($"{alone}\n{together}\n{large}");
        alone.Start.Programs.Should().BePositive("strace has seen the plugins");
        alone.Start.NetlinkBytes.Should().BePositive("strace has seen the kernel's answers");
        together.HasGrownSince(alone).Should().BeEmpty();
        large.HasGrownSince(alone).Should().BeEmpty();
    }
}
