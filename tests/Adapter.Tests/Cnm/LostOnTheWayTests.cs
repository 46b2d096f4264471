using System.Text.Json.Nodes;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>A chain that does more in its namespace than to make its interface, as those of a service mesh do.</summary>
public sealed class LostOnTheWayTests : ServingDaemonTest
{
    [Theory]
    [InlineData("ip link add net1 type veth peer name net2", "interface net")]
    [InlineData("nft 'add table inet mesh; add chain inet mesh out; add rule inet mesh out drop'", "nftables table mesh")]
    public async Task A_configuration_that_would_be_lost_in_the_sandbox_is_refused_with_a_remedy_and_cleaned_up(string command, string what)
    {
        Networks.WriteChain(add: $"nsenter --net=$CNI_NETNS {command}");

        var answer = JsonNode.Parse(await Docker.CreateEndpointAsync("e1"))!;

        ((string)answer["Err"]!).Should().StartWith("CNI network \"now\" makes more in the container than its interface: ").And.ContainAll(
            what, "cni.attach=sandbox");
        Networks.Store.Should().BeEmpty();
        Directory.GetFiles(Path.Combine(Daemon.Settings.PresentRecords, "attachments")).Should().BeEmpty();
    }
}
