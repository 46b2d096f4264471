using System.Net;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary><c>cnm-cni networks</c>, as it is typed.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class NetworkCommandTests(StockChainHost engine) : EngineTest(engine), IClassFixture<StockChainHost>
{
    private const string Made = "made";

    private string BriefFile => Host.PathOf("/etc/cni/net.d/90-brief.conflist");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Host.DockerAsync(["network", "rm", Made], CancellationToken.None);
        File.Delete(BriefFile);
        GC.SuppressFinalize(this);
    }

    [Feature("Networks: `cnm-cni networks`")]
    [Fact]
    public async Task CNI_networks_are_listed_with_the_Docker_networks_that_stand_for_them()
    {
        var id = await DockerAsync("network", "inspect", "--format", "{{.Id}}", Network);

        var listing = await BridgeAsync("networks");

        listing.Split('\n').Should().ContainSingle(line => line.StartsWith("pods ", StringComparison.Ordinal)).Which
            .Should().ContainAll(CniNetworks.Subnet, CniNetworks.FileName, "bridge, portmap, firewall", $" {Network} ", " cni ", id[..12]);
    }

    [Feature("Networks: `cnm-cni networks`")]
    [Fact]
    public async Task The_Docker_network_of_a_removed_CNI_network_is_listed_as_lost()
    {
        await WriteBriefAsync("""[{ "subnet": "10.93.0.0/24" }]""");
        await BridgeAsync("networks", "create", "brief", "--name", Made, "--ipam", "null");
        File.Delete(BriefFile);

        var listing = (await BridgeAsync("networks")).Split("whose CNI network is not there");

        listing.Should().HaveCount(2);
        listing[1].Should().Contain(Made).And.Contain("brief");
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Fact]
    public async Task A_created_network_shows_the_subnet_of_its_CNI_network_and_takes_containers()
    {
        var said = await BridgeAsync("networks", "create", CniNetworks.Name, "--name", Made);

        said.Should().Be(
            $"{Made} {await DockerAsync("network", "inspect", "--format", "{{.Id}}",
                Made)}: CNI network {CniNetworks.Name}, --ipam-driver cni, {CniNetworks.Subnet} via {CniNetworks.Gateway}");
        (await DockerAsync(
            "network", "inspect", "--format", "{{.IPAM.Driver}} {{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}", Made))
            .Should().Be($"cni {CniNetworks.Subnet} {CniNetworks.Gateway}");
        await DockerAsync("run", "--rm", "--network", Made, Image, "ping", "-c", "1", "-W", "2", CniNetworks.Gateway);
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Feature("Addresses: `--ip`, and who has it when it is taken")]
    [Fact]
    public async Task An_address_can_be_requested_on_a_created_network()
    {
        await BridgeAsync("networks", "create", CniNetworks.Name, "--name", Made);

        await DockerAsync(["run", "--detach", "--name", "web", "--network", Made, "--ip", "10.90.0.77", Image, .. WebServer]);

        (await DockerView.OfAsync(Host, "web", Made, Cancellation)).Address.Should().Be("10.90.0.77");
        (await Host.FromHost.GetAsync("10.90.0.77", 80, Cancellation)).Should().Be(Page);
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Feature("Networks: dual stack")]
    [Fact]
    public async Task A_network_of_both_families_is_made_with_both()
    {
        await WriteBriefAsync("""[{ "subnet": "10.93.0.0/24" }], [{ "subnet": "fd00:93::/64" }]""");

        await BridgeAsync("networks", "create", "brief", "--name", Made);

        (await DockerAsync("network", "inspect", "--format", "{{.EnableIPv6}}{{range .IPAM.Config}} {{.Subnet}} {{.Gateway}}{{end}}", Made))
            .Should().Be("true 10.93.0.0/24 10.93.0.1 fd00:93::/64 fd00:93::1");
        await DockerAsync("run", "--rm", "--network", Made, Image, "ping", "-c", "1", "-W", "2", "10.93.0.1");
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Feature("Networks: IPv6 only")]
    [Fact]
    public async Task A_network_without_IPv4_is_made_on_every_engine()
    {
        await WriteBriefAsync("""[{ "subnet": "fd00:94::/64" }]""");

        var said = await BridgeAsync("networks", "create", "brief", "--name", Made);

        said.Should().Contain(
            Host.Engine >= EngineVersion.V28
                ? "--ipam-driver cni, fd00:94::/64 via fd00:94::1"
                : "--ipam-driver null, because it has no IPv4 subnet");
        (await DockerAsync("run", "--rm", "--network", Made, Image, "ip", "-6", "addr", "show", "eth0")).Should().Contain("fd00:94::");
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Feature("Networks: `--ipam-driver null`")]
    [Fact]
    public async Task A_network_made_with_the_null_IPAM_takes_containers()
    {
        (await BridgeAsync("networks", "create", CniNetworks.Name, "--name", Made, "--ipam", "null")).Should().Contain(
            "--ipam-driver null");

        await DockerAsync(["run", "--detach", "--name", "web", "--network", Made, Image, .. WebServer]);

        var address = (await DockerView.OfAsync(Host, "web", Made, Cancellation)).Address;
        IPNetwork.Parse(CniNetworks.Subnet).Contains(IPAddress.Parse(address)).Should().BeTrue(address);
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Fact]
    public async Task A_taken_name_is_refused_with_the_network_that_has_it_and_no_second_one_is_created()
    {
        var create = await Host.BridgeAsync(["networks", "create", CniNetworks.Name, "--ipam", "null"], Cancellation);

        create.ExitCode.Should().Be(1);
        create.StandardError.Should().Contain($"it stands for CNI network \"{CniNetworks.Name}\"");
        (await DockerAsync("network", "ls", "--quiet", "--filter", $"name=^{Network}$")).Split('\n').Should().ContainSingle();
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Fact]
    public async Task A_refusal_of_cnm_cni_is_quoted()
    {
        var create =
            await Host.BridgeAsync(
                ["networks", "create", CniNetworks.Name, "--name", Made, "--ipam", "null", "-o", "cni.netwrok=x"], Cancellation);

        create.ExitCode.Should().Be(1);
        create.StandardError.Should().Contain("cni.netwrok");
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain(Made);
    }

    private async Task<string> BridgeAsync(params IEnumerable<string> arguments) =>
        (await Host.BridgeAsync(arguments, Cancellation)).EnsureSuccess().Output;

    /// <summary>A second CNI network, for one test.</summary>
    private Task WriteBriefAsync(string ranges) => File.WriteAllTextAsync(
        BriefFile,
        $$"""
        { "cniVersion": "1.0.0", "name": "brief", "plugins": [
          { "type": "bridge", "bridge": "cni9", "isGateway": true, "isDefaultGateway": true, "ipam": { "type": "host-local",
            "ranges": [{{ranges}}] } } ] }
        """,
        Cancellation);
}
