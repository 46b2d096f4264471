using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Networks;

public sealed class AutoNetworksTests : AutoNetworksTest
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines<AutoNetworks> _log = new();
    private AutoNetworks _networks = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _networks = Networks(new AdapterSettings { ConfigurationDirectory = ConfigurationPath }, _time, _log);
    }

    [Fact]
    public async Task A_CNI_network_that_no_container_can_be_on_gets_no_Docker_network()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("99-loopback.conf", """{ "cniVersion": "1.0.0", "name": "lo", "type": "loopback" }""");

        await _networks.RunAsync(Cancellation);

        Docker.Names.Should().Equal("pods");
    }

    [Fact]
    public async Task A_network_of_flannel_is_made_once_there_is_a_lease_and_stays_while_there_is_none()
    {
        var lease = Path.Combine(ConfigurationPath, "subnet.env");
        Write("10-flannel.conflist", $$"""
            { "name": "cbr0", "cniVersion": "0.3.1", "plugins": [{ "type": "flannel", "subnetFile": "{{lease}}", "delegate": {} }] }
            """);
        await _networks.RunAsync(Cancellation);
        Docker.Names.Should().BeEmpty();
        _log.Lines.Should().ContainSingle().Which.Should().Contain(lease);

        File.WriteAllText(lease, "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n");
        await _networks.RunAsync(Cancellation);
        Docker.Network("cbr0")["IPAM"]!["Driver"]!.ToString().Should().Be("cni");

        File.Delete(lease); // The host starts again.
        await _networks.RunAsync(Cancellation);
        Docker.Made.Should().Be(1);
        Docker.Names.Should().Equal("cbr0");

        File.WriteAllText(lease, "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.9.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n");
        await _networks.RunAsync(Cancellation);
        Docker.Made.Should().Be(2);
        Docker.Network("cbr0")["Labels"]!["cnm-cni.plan"]!.ToString().Should().Be("10.244.9.0/24 via 10.244.9.1");
    }

    [Fact]
    public async Task Every_CNI_network_gets_a_Docker_network_of_its_name_once()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);

        await _networks.RunAsync(Cancellation);
        await _networks.RunAsync(Cancellation);

        Docker.Names.Should().Equal("pods", "plain");
        Docker.Made.Should().Be(2);
        var made = Docker.Network("pods");
        made["Labels"]!.ToJsonString().Should().Be("""{"cnm-cni.auto":"true","cnm-cni.plan":"10.88.0.0/16 via 10.88.0.1"}""");
        made["IPAM"]!["Driver"]!.ToString().Should().Be("cni");
        made["Options"]!.ToJsonString().Should().Be("""{"cni.network":"pods"}""");
    }

    [Fact]
    public async Task A_network_that_was_removed_by_hand_is_created_again()
    {
        Write("10-pods.conflist", Conflists.Stock);
        await _networks.RunAsync(Cancellation);
        Docker.RemoveNetwork("pods");

        await _networks.RunAsync(Cancellation);

        Docker.Names.Should().Equal("pods");
    }

    [Fact]
    public async Task A_network_is_removed_when_its_CNI_network_stays_away_for_the_grace_period()
    {
        Write("10-pods.conflist", Conflists.Stock);
        await _networks.RunAsync(Cancellation);

        Remove("10-pods.conflist");
        await _networks.RunAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(4));
        Write("10-pods.conflist", Conflists.Stock);
        await _networks.RunAsync(Cancellation);
        _networks.HasPendingRemoval.Should().BeFalse();
        Remove("10-pods.conflist");
        _time.Advance(TimeSpan.FromSeconds(4));
        await _networks.RunAsync(Cancellation);
        Docker.Names.Should().Equal("pods");
        _networks.HasPendingRemoval.Should().BeTrue();

        _time.Advance(TimeSpan.FromSeconds(5));
        await _networks.RunAsync(Cancellation);
        Docker.Names.Should().BeEmpty();
        _networks.HasPendingRemoval.Should().BeFalse();
    }

    [Fact]
    public async Task A_network_in_use_stays_until_its_containers_are_gone_which_is_logged_once()
    {
        Write("10-pods.conflist", Conflists.Stock);
        await _networks.RunAsync(Cancellation);
        Docker.AddContainer("pods");
        Remove("10-pods.conflist");
        await _networks.RunAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(5));

        await _networks.RunAsync(Cancellation);
        await _networks.RunAsync(Cancellation);

        Docker.Names.Should().Equal("pods");
        _log.Lines.Should().ContainSingle(
            line => line.EndsWith(
                "should be removed, since its CNI network is gone, but stays: containers are on it", StringComparison.Ordinal));
        Docker.RemoveContainers();
        await _networks.RunAsync(Cancellation);
        Docker.Names.Should().BeEmpty();
    }

    [Fact]
    public async Task A_network_whose_CNI_network_changes_is_created_anew()
    {
        Write("10-pods.conflist", Conflists.Stock);
        await _networks.RunAsync(Cancellation);
        Write("10-pods.conflist", Conflists.Stock.Replace("10.88.", "10.99.", StringComparison.Ordinal));

        await _networks.RunAsync(Cancellation);
        await _networks.RunAsync(Cancellation);

        Docker.Made.Should().Be(2);
        Docker.Network("pods")["IPAM"]!["Config"]![0]!["Subnet"]!.ToString().Should().Be("10.99.0.0/16");
    }

    [Fact]
    public async Task A_network_in_use_does_not_change_with_its_CNI_network()
    {
        Write("10-pods.conflist", Conflists.Stock);
        await _networks.RunAsync(Cancellation);
        Docker.AddContainer("pods");
        Write("10-pods.conflist", Conflists.Stock.Replace("10.88.", "10.99.", StringComparison.Ordinal));

        await _networks.RunAsync(Cancellation);

        Docker.Made.Should().Be(1);
        _log.Lines.Should().Contain(
            line => line.Contains("its CNI network changed to 10.99.0.0/16 via 10.99.0.1, but stays", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bridge", null, true)]
    [InlineData("cni", "other", true)]
    [InlineData("cni", "pods", false)]
    [InlineData("cni", null, false)]
    public async Task A_network_that_a_user_made_under_that_name_stays_and_is_logged_once_when_it_differs(
        string driver, string? cniNetwork, bool said)
    {
        Docker.AddNetwork("pods", driver, cniNetwork);
        Write("10-pods.conflist", Conflists.Stock);

        await _networks.RunAsync(Cancellation);
        await _networks.RunAsync(Cancellation);

        Docker.Made.Should().Be(1);
        _log.Lines.Count(line => line.StartsWith("CNI network pods gets no Docker network: its name is taken", StringComparison.Ordinal))
            .Should().Be(said ? 1 : 0);
    }

    [Fact]
    public async Task A_network_without_the_label_is_never_removed()
    {
        Docker.AddNetwork("hand-made", "cni", "gone");
        Docker.AddNetwork("docker0", "bridge");

        await _networks.RunAsync(Cancellation);
        _time.Advance(TimeSpan.FromHours(1));
        await _networks.RunAsync(Cancellation);

        Docker.Names.Should().Equal("hand-made", "docker0");
    }

    [Fact]
    public async Task A_network_that_the_driver_refuses_is_tried_again_logged_once_and_does_not_block_the_others()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);
        var create = Docker.Script.Answers["POST /networks/create"];
        Docker.Script.Answers["POST /networks/create"] =
            (context, cancellationToken) => Docker.Script.Bodies[^1].Contains("\"pods\"", StringComparison.Ordinal)
            ? ScriptedSocket.Json("""{"message":"plugin portmap was not found"}""", 500)(context, cancellationToken)
            : create(context, cancellationToken);

        await _networks.RunAsync(Cancellation);
        await _networks.RunAsync(Cancellation);

        Docker.Names.Should().Equal("plain");
        _log.Lines.Should().ContainSingle(
            line => line.Contains("Creating a Docker network for CNI network pods failed", StringComparison.Ordinal)
                && line.Contains("plugin portmap was not found", StringComparison.Ordinal));
        Docker.Script.Answers["POST /networks/create"] = create;
        await _networks.RunAsync(Cancellation);
        Docker.Names.Should().BeEquivalentTo("plain", "pods");
    }
}
