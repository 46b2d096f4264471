using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// The address of a running container is removed from the IPAM plugin's store, by another runtime's garbage collection or by rm.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class StolenAddressTests(FragileChainHost engine) : CrashTest(engine)
{
    [Feature("Addresses: pods and containers never get the same one")]
    [Fact]
    public async Task A_stolen_address_is_restored_to_its_owner_before_another_gets_it()
    {
        var census = await CensusAfterOneContainerAsync();
        await RunContainerAsync("web");
        var address = (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Address;
        var file = Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}/{address}");
        var owner = await File.ReadAllTextAsync(file, Cancellation);

        File.Delete(file);

        (await Eventually.IsTrueAsync(_ => Task.FromResult(File.Exists(file)), BackgroundPatience, Cancellation)).Should().BeTrue();
        (await File.ReadAllTextAsync(file, Cancellation)).Should().Be(owner);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }
}
