using System.Text.Json;
using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Cli;

namespace Bridge.Adapter.Tests.Cli;

/// <summary><c>cnm-cni networks</c>.</summary>
public sealed class NetworksListingTests : NetworksCommandTest
{
    [Fact]
    public async Task CNI_networks_are_listed_with_the_Docker_networks_that_stand_for_them()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-lan.conflist",
            """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");
        Write("30-broken.conflist", "");
        Docker.AddNetwork("web", "cni", "pods");
        Docker.AddNetwork("db", "cni", "pods");
        Docker.AddNetwork("old", "cni", "gone");
        Docker.AddNetwork("bridge", "bridge");

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines().Select(line => string.Join(" | ", line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
            .Should().Equal(
            "CNI NETWORK | SUBNETS | PLUGINS | FILE | DOCKER NETWORK | IPAM | ID | PROBLEM",
            "pods | 10.88.0.0/16 | bridge, portmap, firewall | DIR/10-pods.conflist | db | null | 020000000000 | -",
            "pods | 10.88.0.0/16 | bridge, portmap, firewall | DIR/10-pods.conflist | web | null | 010000000000 | -",
            "lan | - | macvlan | DIR/20-lan.conflist | - | - | - | plugin \"macvlan\" was not found in DIR/bin; install it there, or " +
            "correct \"type\"",
            "",
            "Docker networks whose CNI network is not there (no container can be started on them):",
            "DOCKER NETWORK | CNI NETWORK | IPAM | ID",
            "old | gone | null | 030000000000",
            "",
            "Not used: DIR/30-broken.conflist: the file is empty");
    }

    [Fact]
    public async Task A_network_whose_plugins_are_there_is_recommended()
    {
        Write("10-flannel.conflist", """{ "cniVersion": "1.0.0", "name": "flannel", "plugins": [ { "type": "flannel" } ] }""");
        Write("20-pods.conflist", Conflists.Stock);

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines()[^1].Should().Be("Make a Docker network: cnm-cni networks create pods");
    }

    [Theory]
    [InlineData(
        "99-loopback.conf", """{ "cniVersion": "1.0.0", "name": "lo", "type": "loopback" }""", "its plugin loopback makes no interface")]
    [InlineData(
        "200-meta.conflist", """{ "cniVersion": "1.0.0", "name": "lo", "plugins": [ { "type": "loopback" }, { "type": "portmap" } ] }""",
        "none of its plugins loopback, portmap makes an interface")]
    public async Task A_network_that_no_container_can_be_on_is_not_offered_and_the_only_other_one_need_not_be_named(
        string file, string content, string reason)
    {
        Write(file, content);
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks", Cancellation)).Should().Be(0);
        var listed = Lines();
        (await RunAsync("networks create lo", Cancellation)).Should().Be(1);
        (await RunAsync("networks create", Cancellation)).Should().Be(0);

        listed.Should().ContainSingle(line => line.StartsWith("pods ", StringComparison.Ordinal)).And.NotContain(
            line => line.StartsWith("lo ", StringComparison.Ordinal));
        listed.Should().Contain($"Not offered: DIR/{file}: {reason}, so no container can be on it.");
        Error.ToString().Should().StartWith("CNI network \"lo\"").And.Contain("cannot attach containers").And.Contain(reason);
        Docker.Names.Should().Equal("pods");
    }

    [Theory]
    [InlineData(
        "10.99.0.0/16", "10.99.0.1",
        "Docker has subnet 10.99.0.0/16, which the CNI network does not have (any more): it has 10.88.0.0/16; create it again " +
        "(docker network rm web, then " +
        "cnm-cni networks create)")]
    [InlineData("10.88.0.0/16", "10.88.0.9", "Docker has gateway 10.88.0.9, and the CNI network has 10.88.0.1: create it again *")]
    [InlineData("10.88.0.0/16", "10.88.0.1", "-")]
    [InlineData("10.88.4.0/24", "", "-")]
    [InlineData("fd00::/64", "", "Docker has subnet fd00::/64, *")]
    public async Task A_Docker_network_made_before_the_subnet_changed_has_a_problem(string subnet, string gateway, string problem)
    {
        Write("10-pods.conflist", Conflists.Stock);
        Docker.AddNetwork("web", "cni", "pods", subnet, gateway);

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines()[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1].Should().Match(problem);
    }

    [Fact]
    public async Task The_null_IPAM_whose_subnet_is_everything_agrees_with_every_CNI_network()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Docker.AddNetwork("web", "cni", "pods", "0.0.0.0/0", ipam: "null");

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines()[1].Should().EndWith(" -");
    }

    [Theory]
    [InlineData("10.88.0.0/16", "10.88.0.0/16")]
    [InlineData("10.88.7.0/24", "10.88.7.0/24")]
    [InlineData("10.0.0.0/8", "10.88.0.0/16")]
    public async Task Networks_with_the_same_subnet_are_listed_with_a_warning(string subnet, string common)
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-twin.conflist",
            Conflists.Plain.Replace("plain", "twin", StringComparison.Ordinal).Replace("10.89.0.0/24", subnet, StringComparison.Ordinal));

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines().Should().Contain(line => line.StartsWith($"CNI networks pods and twin share subnet {common}. "));
    }

    [Fact]
    public async Task A_configuration_that_everybody_may_write_to_is_warned_of()
    {
        Write("10-pods.conflist", Conflists.Stock);
        File.SetUnixFileMode(Path.Combine(Root, "10-pods.conflist"), (UnixFileMode)0b110_110_110);

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines().Should().ContainMatch("Warning: *10-pods.conflist: every user may write to it and so decide what root runs; *");
    }

    [Fact]
    public async Task What_is_known_of_the_plugins_follows_the_table_each_once()
    {
        const string Cilium = """{ "cniVersion": "0.3.1", "name": "NAME", "plugins": [ { "type": "cilium-cni" } ] }""";
        Write("10-a.conflist", Cilium.Replace("NAME", "a", StringComparison.Ordinal));
        Write("20-b.conflist", Cilium.Replace("NAME", "b", StringComparison.Ordinal));
        Write("30-c.conflist", """{ "cniVersion": "1.0.0", "name": "c", "plugins": [ { "type": "bridge", "mtu": "__MTU__" } ] }""");

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        var lines = Lines();
        lines.SkipWhile(line => line != "Notes:").Skip(1).TakeWhile(line => line.Length > 0).Should().SatisfyRespectively(
            first => first.Should().StartWith("- 30-c.conflist: error: $.plugins[0].mtu is the placeholder __MTU__ of a template"),
            second => second.Should().StartWith("- 10-a.conflist, 20-b.conflist: plugin cilium-cni: "));
        lines.TakeWhile(line => line != "Notes:").Should().NotContain(line => line.Contains("placeholder", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_recommended_command_is_for_a_sound_network_and_a_name_that_Docker_accepts()
    {
        Write("10-a.conflist", """{ "cniVersion": "1.0.0", "name": "a", "plugins": [ { "type": "bridge", "mtu": "__MTU__" } ] }""");
        Write("20-b.conflist", """{ "cniVersion": "1.0.0", "name": "bridge", "plugins": [ { "type": "bridge" } ] }""");

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines()[^1].Should().Be("Make a Docker network: cnm-cni networks create bridge --name cni-bridge");
    }

    [Fact]
    public async Task Docker_is_asked_for_its_subnets_and_its_pools()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);
        Docker.AddNetwork("web", "bridge", subnet: "10.88.4.0/24", ipam: "default");
        Docker.AddNetwork("pods", "cni", "pods", subnet: "10.88.0.0/16");
        Docker.AddNetwork("lan", "macvlan", subnet: "10.88.0.0/16", ipam: "cni");
        Docker.Script.Answers["GET /info"] = ScriptedSocket.Json("""{ "DefaultAddressPools": [{ "Base": "10.89.0.0/16", "Size": 24 }] }""");

        (await RunAsync("networks --json", Cancellation)).Should().Be(0);

        JsonSerializer.Deserialize(Output.ToString(), NetworksJson.Default.NetworksListing)!.Notes.Should().SatisfyRespectively(
            first => first.Should().Match<ListedNote>(note => note.Severity == "warning" && note.Network == "pods"
                && note.Message.StartsWith("subnet 10.88.0.0/16 overlaps 10.88.4.0/24 of Docker network web (driver bridge)")),
            second => second.Should().Match<ListedNote>(note => note.Severity == "note" && note.File.EndsWith("/20-plain.conflist")
                && note.Message.StartsWith("subnet 10.89.0.0/24 lies in 10.89.0.0/16, from which Docker chooses")));
    }

    [Fact]
    public async Task When_Docker_does_not_answer_the_listing_says_so_and_shows_the_rest()
    {
        Configure("/nonexistent/docker.sock");
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines()[1].Should().StartWith("pods ").And.Contain(" ? ");
        Lines()[^1].Should().StartWith(
            "Which Docker networks there are is not known: Docker at /nonexistent/docker.sock does not answer: there is no such socket; " +
            "is it running?");
    }

    [Theory]
    [InlineData("kind", "io.x-k8s.kind.cluster", "dev", "kind")]
    [InlineData("k3d", "k3d.cluster", "dev", "k3d-dev")]
    [InlineData("minikube", "name.minikube.sigs.k8s.io", "dev", "minikube")]
    public async Task A_cluster_in_containers_is_reported_with_the_network_that_reaches_its_nodes(
        string tool, string label, string cluster, string network)
    {
        Docker.AddLabelled("dev-worker", label, cluster, network);
        Docker.AddLabelled("dev-control-plane", label, cluster, network);
        Docker.AddLabelled("web", "com.example", "x", "bridge");

        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines()[^1].Should().Be(
            $"{tool} cluster \"dev\": its nodes are containers of this Docker (dev-control-plane, dev-worker), and its pods are in their " +
            "network namespaces. cnm-cni cannot put a container among these pods. To reach the nodes and their NodePorts, put the " +
            $"container on the nodes' Docker network: docker run --network {network}.");
    }

    [Fact]
    public async Task A_host_without_CNI_networks_says_so()
    {
        (await RunAsync("networks", Cancellation)).Should().Be(0);

        Lines().Should().Equal("No CNI networks.");
    }

    [Fact]
    public async Task The_listing_as_JSON_has_everything_in_full()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Docker.AddNetwork("web", "cni", "pods");
        Docker.AddNetwork("old", "cni", "gone");

        (await RunAsync("networks --json", Cancellation)).Should().Be(0);

        JsonSchemas.Require("networks", Output.ToString());
        using var json = JsonDocument.Parse(Output.ToString());
        json.RootElement.GetProperty("networks")[0].GetProperty("dockerNetworks")[0].GetProperty("ipamDriver").GetString().Should().Be(
            "null");
        var listing = JsonSerializer.Deserialize(Output.ToString(), NetworksJson.Default.NetworksListing)!;
        listing.Should().BeEquivalentTo(new NetworksListing(
            null,
            [
                new ListedNetwork(
                    "pods", Path.Combine(Root, "10-pods.conflist"), [new ListedSubnet("10.88.0.0/16", "10.88.0.1")],
                    ["bridge", "portmap", "firewall"], "host-local", null, null,
                    [new ListedDockerNetwork("01".PadRight(64, '0'), "web", "null", Auto: false, null)]),
            ],
            [new LostNetwork("02".PadRight(64, '0'), "old", "null", "gone")],
            [],
            [],
            [])
        {
            Directories = new ListedDirectories(
                Root, "setting configurationDirectory", [Path.Combine(Root, "bin")], Path.Combine(Root, "cri.sock"), [], []),
        });
    }
}
