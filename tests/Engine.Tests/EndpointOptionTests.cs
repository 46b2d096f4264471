using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>Request options of one endpoint or of all of a network, and how they reach the plugins.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "bandwidth")]
public sealed class EndpointOptionTests(EndpointOptionHost engine) : EngineTest(engine), IClassFixture<EndpointOptionHost>
{
    private const string Sysctls = "com.docker.network.endpoint.sysctls";

    [Feature("Endpoint options: `cni.args.KEY=VALUE`")]
    [Fact]
    public async Task Driver_options_of_docker_run_become_CNI_ARGS_of_every_operation()
    {
        await RunAsync("web", "cni.args.k8s_pod_namespace=docker", "cni.args.k8s_pod_name=web", "cni.args.zone={cni.network}-{{x}}");

        engine.ArgumentsOf("ADD").Should().Be("IgnoreUnknown=1;K8S_POD_NAME=web;K8S_POD_NAMESPACE=docker;zone=pods-{x}");
        (await Host.BridgeAsync(["check"], Cancellation)).EnsureSuccess();
        await RemoveAsync("web");
        engine.ArgumentsOf("CHECK").Should().Be(engine.ArgumentsOf("ADD"));
        engine.ArgumentsOf("DEL").Should().Be(engine.ArgumentsOf("ADD"));
    }

    [Feature("Endpoint options: `cni.args.KEY=VALUE`")]
    [Fact]
    public async Task Driver_options_of_docker_network_connect_keep_their_case()
    {
        await DockerAsync(["run", "--detach", "--name", "web", Image, .. WebServer]);

        await DockerAsync("network", "connect", "--driver-opt", "cni.args.Zone=East", "--driver-opt", "cni.args.K8S_POD_UID={endpoint.id}",
            Network, "web");

        var endpoint = (await DockerView.OfAsync(Host, "web", Network, Cancellation)).EndpointId;
        engine.ArgumentsOf("ADD").Should().Be($"IgnoreUnknown=1;K8S_POD_UID={endpoint};Zone=East");
    }

    [Feature("Endpoint options: `cni.args.KEY=VALUE`")]
    [Feature("Endpoint options: defaults of the network")]
    [Fact]
    public async Task Options_of_a_network_are_defaults_for_its_endpoints()
    {
        await CreateNetworkAsync(
            "tenant", "cni.args.Tenant=blue", "cni.args.Zone=east", "cni.args.Host={host.name}", "cni.bandwidth.ingress=20mbit");
        try
        {
            await DockerAsync(
                "run", "--rm", "--network", "name=tenant,driver-opt=cni.args.zone=west,driver-opt=cni.args.tenant=", Image, "true");

            engine.ArgumentsOf("ADD").Should().Be($"IgnoreUnknown=1;Host={Host.Name};Zone=west");
            RuntimeConfiguration("ADD")["bandwidth"]!["ingressRate"]!.GetValue<long>().Should().Be(20_000_000);
        }
        finally
        {
            await DockerAsync("network", "rm", "tenant");
        }
    }

    [Feature("Endpoint options: what cannot be granted is refused in words")]
    [Theory]
    [InlineData("cni.args.ip=10.90.0.9", "--ip")]
    [InlineData("cni.args.who={nobody}", "{container.name}")]
    [InlineData("cni.args.who=a;b", "';'")]
    [InlineData("cni.agrs.who=me", "cni.args.KEY=VALUE")]
    [InlineData("cni.bandwidth.ingress=10mb", "bits or bytes")]
    [InlineData("cni.bandwidth.ingress=soon", "10mbit")]
    public async Task A_request_that_cannot_be_met_stops_the_start_and_leaves_nothing(string option, string advice)
    {
        var census = await CensusAfterOneContainerAsync();

        var run = await TryDockerAsync("run", "--name", "late", "--network", $"name={Network},driver-opt={option}", Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain(option.Split('=')[0]).And.Contain(advice);
        await DockerAsync("rm", "late");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Endpoint options: what cannot be granted is refused in words")]
    [Fact]
    public async Task The_interface_has_the_requested_name_where_Docker_takes_it_from_a_driver_and_the_request_is_refused_elsewhere()
    {
        var census = await CensusAfterOneContainerAsync();

        var run = await TryDockerAsync(
            "run", "--detach", "--name", "named", "--network", $"name={Network},driver-opt=com.docker.network.endpoint.ifname=lan0",
            Image, "sleep", "infinity");

        if (Host.Engine >= EngineVersion.V29Point8)
        {
            run.EnsureSuccess();
            (await ExecAsync("named", "ip", "-o", "-4", "addr", "show", "dev", "lan0")).Should().Contain("10.90.");
            (await Host.BridgeAsync(["check", "named"], Cancellation)).EnsureSuccess();
        }
        else
        {
            run.ExitCode.Should().NotBe(0);
            run.StandardError.Should().Contain("com.docker.network.endpoint.ifname").And.Contain("cni.attach=sandbox");
        }

        await DockerAsync("rm", "--force", "named");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Endpoint options: what cannot be granted is refused in words")]
    [Theory]
    [InlineData("cni.args.who={nobody}", "{container.name}")]
    [InlineData("cni.bandwidth.ingress=10mbit", "\"capabilities\": {\"bandwidth\": true}")]
    [InlineData("cni.attach=there", "sandbox")]
    public async Task An_impossible_default_is_refused_when_the_network_is_created(string option, string advice)
    {
        var create =
            await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "-o", $"cni.network={CniNetworks.SecondName}",
                "-o", option, "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain(advice);
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain("wrong");
    }

    [Feature("Endpoint options: `cni.bandwidth.ingress`, `cni.bandwidth.egress`")]
    [Fact]
    public async Task Bandwidth_is_limited_in_both_directions_by_the_chains_plugin()
    {
        var census = await CensusAfterOneContainerAsync();

        await RunAsync("web", "cni.bandwidth.ingress=10Mbit", "cni.bandwidth.egress=2mbyte/s", "cni.bandwidth.egress.burst=256kibyte");

        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await ShapingOfAsync(await HostLinkOfAsync("web"))).Should().Contain("rate 10Mbit").And.Contain("burst 128Kb");
        (await ShapingOfAsync(await EgressLinkAsync())).Should().Contain("rate 16Mbit").And.Contain("burst 256Kb");
        (await Host.BridgeAsync(["check"], Cancellation)).EnsureSuccess();
        (await Host.FromHost.GetAsync(container.Address, 80, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Endpoint options: what cannot be granted is refused in words")]
    [Fact]
    public async Task Bandwidth_on_a_chain_without_the_capability_is_refused_with_what_to_add()
    {
        var run =
            await TryDockerAsync("run", "--name", "late", "--network",
                $"name={EndpointOptionHost.PlainNetwork},driver-opt=cni.bandwidth.ingress=10mbit", Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain("{\"type\": \"bandwidth\", \"capabilities\": {\"bandwidth\": true}}").And.Contain(
            CniNetworks.SecondFileName);
    }

    [Feature("Endpoint options: sysctls of the endpoint")]
    [Fact]
    public async Task Sysctls_of_the_endpoint_are_set_on_its_interface_in_the_container()
    {
        await DockerAsync(
            "run", "--detach", "--name", "web", "--network",
            $"name={Network},\"driver-opt={Sysctls}=net.ipv4.conf.IFNAME.log_martians=1,net.ipv4.conf.IFNAME.rp_filter=2\"", Image, "sleep",
            "infinity");

        await AssertBecomesAsync("web", "/proc/sys/net/ipv4/conf/eth0/log_martians", "1");
        await AssertBecomesAsync("web", "/proc/sys/net/ipv4/conf/eth0/rp_filter", "2");
        (await ExecAsync("web", "cat", "/proc/sys/net/ipv4/conf/all/log_martians")).Should().Be("0");
    }

    [Feature("Endpoint options: sysctls of the endpoint")]
    [Fact]
    public async Task Several_sysctls_are_set_on_the_interface_of_a_network_that_is_connected_later()
    {
        await DockerAsync(["run", "--detach", "--name", "web", Image, .. WebServer]);

        // The command line takes a comma for the end of an option, unless the option is quoted.
        var sysctls = $"{Sysctls}=net.ipv4.conf.IFNAME.log_martians=1,net.ipv4.neigh.IFNAME.gc_stale_time=33";
        var split = await TryDockerAsync("network", "connect", "--driver-opt", sysctls, Network, "web");
        await DockerAsync("network", "connect", "--driver-opt", $"\"{sysctls}\"", Network, "web");

        split.ExitCode.Should().NotBe(0);
        split.StandardError.Should().Contain("net.ipv4.neigh.IFNAME.gc_stale_time").And.Contain("quotes");

        await AssertBecomesAsync("web", "/proc/sys/net/ipv4/conf/eth1/log_martians", "1");
        await AssertBecomesAsync("web", "/proc/sys/net/ipv4/neigh/eth1/gc_stale_time", "33");
        (await ExecAsync("web", "cat", "/proc/sys/net/ipv4/conf/eth0/log_martians")).Should().Be("0");
    }

    [Feature("Endpoint options: what cannot be granted is refused in words")]
    [Fact]
    public async Task A_sysctl_of_anything_but_the_interface_is_refused()
    {
        var run =
            await TryDockerAsync(
                "run", "--name", "late", "--network", $"name={Network},driver-opt={Sysctls}=net.ipv4.ip_forward=1", Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain("net.ipv4.ip_forward=1").And.Contain("IFNAME");
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().BeEmpty();
    }

    [Feature("Endpoint options: `--mac-address`")]
    [Fact]
    public async Task A_MAC_address_is_the_containers_and_known_to_the_plugins()
    {
        await RunContainerAsync("web", "--mac-address", "02:00:00:00:0a:0b");

        (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Mac.Should().Be("02:00:00:00:0a:0b");
        (await KernelView.OfAsync(Host, "web", "eth0", Cancellation)).Mac.Should().Be("02:00:00:00:0a:0b");
        RuntimeConfiguration("ADD")["mac"]!.GetValue<string>().Should().Be("02:00:00:00:0a:0b");
        engine.ArgumentsOf("ADD").Should().Be("IgnoreUnknown=1;MAC=02:00:00:00:0a:0b");
    }

    [Feature("Addresses: `--ip6`")]
    [Feature("Networks: dual stack")]
    [Fact]
    public async Task Addresses_of_both_families_are_chosen_with_ip_and_ip6()
    {
        await DockerAsync(
            "network", "create", "-d", "cni", "--ipv6", "--subnet", CniNetworks.Subnet, "--gateway", CniNetworks.Gateway,
            "--subnet", EndpointOptionHost.Subnet6, "--gateway", EndpointOptionHost.Gateway6,
            "-o", $"cni.network={CniNetworks.Name}", "chosen");
        try
        {
            await DockerAsync(
                ["run", "--detach", "--name", "web", "--network", "chosen", "--ip", "10.90.0.77", "--ip6", "fd00:90::77", Image,
                    .. WebServer]);

            var addresses = await ExecAsync("web", "ip", "-o", "address", "show", "eth0");
            addresses.Should().Contain("10.90.0.77/24").And.Contain("fd00:90::77/64");
            (await Host.FromHost.GetAsync("fd00:90::77", 80, Cancellation)).Should().Be(Page);
            (await DockerAsync("inspect", "--format",
                "{{.NetworkSettings.Networks.chosen.IPAddress}} {{.NetworkSettings.Networks.chosen.GlobalIPv6Address}}", "web"))
                .Should().Be("10.90.0.77 fd00:90::77");
            await DockerAsync("rm", "--force", "web");
        }
        finally
        {
            await DockerAsync("network", "rm", "chosen");
        }
    }

    [Feature("Endpoint options: `--dns` for plugins with the capability `dns`")]
    [Fact]
    public async Task Name_servers_reach_plugins_that_have_the_capability()
    {
        await RunContainerAsync("web", "--dns", "10.200.0.2");

        RuntimeConfiguration("ADD")["dns"]!["servers"]!.AsArray().Select(server => server!.GetValue<string>()).Should().Equal("10.200.0.2");
    }

    [Feature("Endpoint options: names and `--network-alias`")]
    [Fact]
    public async Task A_container_is_found_by_its_aliases_and_they_are_found_by_its_other_networks_names_only_there()
    {
        await RunContainerAsync("web", "--network-alias", "api", "--network-alias", "api.internal");
        await RunContainerAsync("visitor");
        await DockerAsync("network", "connect", "--alias", "backstage", EndpointOptionHost.PlainNetwork, "web");
        var web = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var visitor = await Host.FromContainerAsync("visitor", Cancellation);

        foreach (var name in new[] { "web", "api", "api.internal" })
            (await visitor.ResolveAsync(name, "127.0.0.11", Cancellation)).Should().Be(web.Address);

        (await visitor.IsUnknownAsync("backstage", "127.0.0.11", Cancellation)).Should().BeTrue();
    }

    [Feature("Endpoint options: `--link-local-ip`")]
    [Fact]
    public async Task A_link_local_address_is_added_to_the_interface()
    {
        var census = await CensusAfterOneContainerAsync();

        await RunContainerAsync("web", "--link-local-ip", "169.254.77.7");

        (await ExecAsync("web", "ip", "-o", "address", "show", "eth0")).Should().Contain("169.254.77.7/16");
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    private JsonNode RuntimeConfiguration(string operation) => JsonNode.Parse(engine.ConfigurationOf(operation))!["runtimeConfig"]!;

    private async Task RunAsync(string name, params IEnumerable<string> options) => await DockerAsync(
        ["run", "--detach", "--name", name, "--network",
            $"name={Network},{string.Join(',', options.Select(option => $"driver-opt={option}"))}", Image, .. WebServer]);

    private async Task CreateNetworkAsync(string name, params IEnumerable<string> options) => await DockerAsync(
        ["network", "create", "-d", "cni", "--ipam-driver", "null", "-o", $"cni.network={CniNetworks.Name}",
            .. options.SelectMany(option => new[] { "-o", option }), name]);

    /// <summary>Older versions of the plugin shape with tbf, newer ones with a class of htb.</summary>
    private async Task<string> ShapingOfAsync(string link) =>
        (await Host.RunAsync(["sh", "-c", $"tc qdisc show dev {link}; tc class show dev {link}"], Cancellation)).EnsureSuccess().Output;

    /// <summary>What a container sends is shaped on a link of the plugin's own.</summary>
    private async Task<string> EgressLinkAsync() => LinkName(
        (await Host.RunAsync(["sh", "-c", "ip -o link | grep ': bwp'"], Cancellation)).EnsureSuccess().Output);

    /// <summary>The other end of the container's eth0.</summary>
    private async Task<string> HostLinkOfAsync(string container)
    {
        var index = (await ExecAsync(container, "cat", "/sys/class/net/eth0/iflink")).Trim();
        var link = (await Host.RunAsync(["sh", "-c", $"ip -o link | grep '^{index}: '"], Cancellation)).EnsureSuccess().Output;
        return LinkName(link);
    }

    // As in "7: veth0@if2: <…": the name ends before the peer, or before the colon.
    private static string LinkName(string line) => line.Split(' ')[1].Split('@', ':')[0];

    // What is set when the interface has arrived may come a moment after the container's first process.
    private async Task AssertBecomesAsync(string container, string file, string expected)
    {
        var value = "";
        await Eventually.IsTrueAsync(
            async _ => (value = (await ExecAsync(container, "cat", file)).Trim()) == expected, Cancellation);
        value.Should().Be(expected);
    }
}
