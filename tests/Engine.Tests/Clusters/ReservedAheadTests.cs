using System.Text.RegularExpressions;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Clusters;

/// <summary>flannel and Calico reserve addresses before the chain runs, as host-local does.</summary>
[Plugin("flannel", "calico", "cilium-cni", "azure-vnet", StandIn = true)]
public sealed class ReservedAheadTests(ClusterHost engine) : ClusterTest(engine), IClassFixture<ClusterHost>
{
    private const string Reserved = "Clusters: flannel and Calico reserve addresses ahead";
    private const string Flannel = "cbr0";
    private const string Calico = "k8s-pod-network";

    private string Store => Host.PathOf($"/var/lib/cni/networks/{Flannel}");

    [Feature(Reserved)]
    [Theory]
    [InlineData(Flannel, "10.110.0.77")]
    [InlineData(Calico, "10.110.1.77")]
    public async Task A_requested_address_is_given_by_the_clusters_own_IPAM_plugin(string network, string address)
    {
        var shape = ClusterShape.Of(network);
        await JoinClusterAsync(shape);

        await StartAsync(shape, "web", "--ip", address);

        (await DockerView.OfAsync(Host, "web", network, Cancellation)).Address.Should().Be(address);
        (await ExecAsync("web", "ip", "-o", "-4", "address", "show", "dev", "eth0")).Should().Contain($"inet {address}/");
        if (network == Flannel)
            File.Exists(Path.Combine(Store, address)).Should().BeTrue("pods get their addresses from the same store");
        else
            (await RunInShellAsync($"cat {ClusterHost.Requests}")).Should().Contain($"IP={address}");

        var taken = await TryDockerAsync("run", "--rm", "--network", network, "--ip", address, Image, "true");
        taken.Succeeded.Should().BeFalse();
        taken.StandardError.Should().Contain(address);
    }

    [Feature(Reserved)]
    [Fact]
    public async Task A_Docker_network_made_without_a_subnet_has_the_pool_of_every_address()
    {
        await WriteAsync(ClusterShape.Of(Calico));

        await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "cni", Calico);

        (await PoolsAsync(Calico)).Should().Be("0.0.0.0/0 via 169.254.1.1");
        (await DockerAsync("run", "--rm", "--network", Calico, Image, "ip", "-o", "-4", "address", "show", "dev", "eth0"))
            .Should().Contain("inet 10.110.1.");
    }

    [Feature("Clusters: `cni.ip`, and a pod's name, where the chain gives the address")]
    [Theory]
    [InlineData("cilium", "10.110.2.77")]
    [InlineData("azure", "10.110.4.77")]
    public async Task An_address_is_requested_of_a_chain_that_gives_it_itself(string network, string address)
    {
        await JoinClusterAsync(ClusterShape.Of(network));
        var taking = $"name={network},driver-opt=cni.ip={address}";

        await DockerAsync("run", "--detach", "--name", "web", "--network", taking, Image, "sleep", "1000");

        (await DockerView.OfAsync(Host, "web", network, Cancellation)).Address.Should().Be(address);
        (await TryDockerAsync("run", "--rm", "--network", taking, Image, "true")).StandardError.Should().Contain(address);
    }

    [Feature("Clusters: `cni.ip`, and a pod's name, where the chain gives the address")]
    [Fact]
    public async Task A_plugin_that_needs_the_name_of_a_pod_gets_one_for_each_container()
    {
        var shape = ClusterShape.Of("azure");
        await JoinClusterAsync(shape);

        await StartAsync(shape, "one");
        await StartAsync(shape, "two");

        var names = (await RunInShellAsync($"grep '^azure-vnet ADD' {ClusterHost.Requests}")).Split('\n')
            .Select(line => Regex.Match(line, "K8S_POD_NAME=([0-9a-f]{64});K8S_POD_NAMESPACE=docker").Groups[1].Value).TakeLast(2);
        names.Should().OnlyHaveUniqueItems().And.NotContain("");
    }

    [Feature(Reserved)]
    [Fact]
    public async Task Two_containers_of_one_network_are_attached_at_the_same_time()
    {
        var shape = ClusterShape.Of(Calico);
        await JoinClusterAsync(shape);
        await RunInShellAsync("mkdir /run/together"); // ADD waits for a second one.

        try
        {
            await Task.WhenAll(StartAsync(shape, "one"), StartAsync(shape, "two"));

            (await RunInShellAsync("ls /run/together | wc -l")).Should().Be("2");
        }
        finally
        {
            await RunInShellAsync("rm -r /run/together");
        }
    }

    [Feature(Reserved)]
    [Fact]
    public async Task A_lease_of_both_families_gives_pods_and_containers_both()
    {
        await Cluster.LeaseAsync(
            ClusterHost.Lease, Cancellation, "FLANNEL_IPV6_NETWORK=fd00:110::/48\nFLANNEL_IPV6_SUBNET=fd00:110:0:7::1/64\n");
        var shape = ClusterShape.Of(Flannel);
        await JoinClusterAsync(shape);
        (await PoolsAsync(Flannel)).Should().Be($"{ClusterHost.Lease} via {ClusterHost.Gateway}, fd00:110:0:7::/64 via fd00:110:0:7::1");

        await StartAsync(shape, "web", "--ip6", "fd00:110:0:7::77");

        (await DockerView.OfAsync(Host, "web", Flannel, Cancellation)).AddressV6.Should().Be("fd00:110:0:7::77");
        (await ExecAsync("web", "ip", "-o", "-6", "address", "show", "dev", "eth0")).Should().Contain("inet6 fd00:110:0:7::77/64");
    }

    [Feature(Reserved)]
    [Fact]
    public async Task An_address_that_was_deleted_from_flannels_store_is_registered_again()
    {
        var shape = ClusterShape.Of(Flannel);
        await JoinClusterAsync(shape);
        await StartAsync(shape, "web");
        var entry = Path.Combine(Store, (await DockerView.OfAsync(Host, "web", Flannel, Cancellation)).Address);
        File.Delete(entry);

        (await Host.BridgeAsync(["repair"], Cancellation)).StandardOutput.Should().Contain("repaired stolen-address");

        File.Exists(entry).Should().BeTrue();
        await RemoveAsync("web");
        File.Exists(entry).Should().BeFalse();
    }

    [Feature(Reserved)]
    [Fact]
    public async Task A_changed_lease_is_said_and_new_containers_get_its_addresses()
    {
        var shape = ClusterShape.Of(Flannel);
        await JoinClusterAsync(shape);
        await StartAsync(shape, "old");
        await RemoveAsync("old");
        await RunInShellAsync("ip link del flannel0"); // As flanneld's own clean-up does; bridge keeps its first address otherwise.

        await Cluster.LeaseAsync("10.110.9.0/24", Cancellation);
        await StartAsync(shape, "web");

        (await DockerView.OfAsync(Host, "web", Flannel, Cancellation)).Address.Should().StartWith("10.110.9.");
        (await BridgeAsync("networks")).Should().Contain("Docker has subnet 10.110.0.0/24");
        (await Host.BridgeAsync(["repair"], Cancellation)).StandardOutput.Should()
            .Contain("outdated-network").And.Contain(ClusterHost.LeaseFile).And.Contain("10.110.9.0/24");
    }

    [Feature(Reserved)]
    [Theory]
    [InlineData(Flannel, ClusterHost.LeaseFile)]
    [InlineData(Calico, "not ready")]
    public async Task A_container_with_a_restart_policy_starts_when_flannel_or_the_agent_is_ready_later(string network, string reason)
    {
        var shape = ClusterShape.Of(network);
        await JoinClusterAsync(shape);
        await StartAsync(shape, "web", "--restart", "always");
        await RunInShellAsync($"rm {ClusterHost.LeaseFile}; touch /run/not-ready");
        await Host.Dockerd.KillAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        await Eventually.TrueAsync(
            async _ => (await DockerAsync("inspect", "--format", "{{.State.Error}}", "web")).Contains(reason, StringComparison.Ordinal),
            "Docker has given it up", Cancellation);

        await Cluster.LeaseAsync(ClusterHost.Lease, Cancellation);
        await RunInShellAsync("rm /run/not-ready");

        await Eventually.TrueAsync(
            async _ => await DockerAsync("inspect", "--format", "{{.State.Running}}", "web") == "true", "it runs", Cancellation);
    }

    [Feature(Reserved)]
    [Fact]
    public async Task A_warm_attachment_of_an_earlier_lease_serves_no_container()
    {
        var shape = ClusterShape.Of(Flannel);
        await JoinClusterAsync(shape, "-o", "cni.warm=1");
        await Eventually.TrueAsync(
            async _ => (await BridgeAsync("status")).Contains("warm: 1 of 1", StringComparison.Ordinal), "one is made", Cancellation);
        await RunInShellAsync("ip link del flannel0");

        await Cluster.LeaseAsync("10.110.9.0/24", Cancellation);
        await StartAsync(shape, "web");

        (await DockerView.OfAsync(Host, "web", Flannel, Cancellation)).Address.Should().StartWith("10.110.9.");
    }

    [Feature(Reserved)]
    [Fact]
    public async Task Without_a_lease_a_container_is_refused_in_words()
    {
        var shape = ClusterShape.Of(Flannel);
        await JoinClusterAsync(shape);
        await File.WriteAllTextAsync(Host.PathOf(ClusterHost.LeaseFile), "FLANNEL_SUBNET=", Cancellation);

        var run = await TryDockerAsync("run", "--rm", "--network", Flannel, Image, "true");

        run.StandardError.Should().Contain("has no addresses yet").And.Contain($"{ClusterHost.LeaseFile}, in which flanneld writes");
    }

    [Feature(Reserved)]
    [Fact]
    public async Task Without_a_lease_a_network_is_made_that_tells_what_is_missing()
    {
        File.Delete(Host.PathOf(ClusterHost.LeaseFile));

        var said = await JoinClusterAsync(ClusterShape.Of(Flannel));

        said.Should().Contain("--ipam-driver null").And.Contain($"{ClusterHost.LeaseFile}, in which flanneld");
    }
}
