using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary><c>--ipam-driver cni</c>: addresses come from the CNI network's own IPAM plugin, before the container is there.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
[Long]
public sealed class AddressManagementTests(ReservingHost engine) : EngineTest(engine), IClassFixture<ReservingHost>
{
    private const string Dual = ReservingHost.DualNetwork;

    // An address that no endpoint of ours uses is released ten seconds later, if Docker does not need it.
    private static readonly TimeSpan BeyondForgetting = TimeSpan.FromSeconds(15);

    [Feature("Addresses: `--ipam-driver cni` shows subnet and gateway of the CNI network")]
    [Fact]
    public async Task The_Docker_network_shows_subnet_and_gateway_of_the_CNI_network()
    {
        var shown = JsonNode.Parse(await DockerAsync("network", "inspect", Network))![0]!["IPAM"]!;

        ((string)shown["Driver"]!).Should().Be("cni");
        ((string)shown["Config"]![0]!["Subnet"]!).Should().Be(CniNetworks.Subnet);
        ((string)shown["Config"]![0]!["Gateway"]!).Should().Be(CniNetworks.Gateway);
    }

    [Feature("Addresses: `--ipam-driver cni` without `--subnet`")]
    [Fact]
    public async Task The_subnet_may_be_omitted_while_nothing_on_the_host_uses_it()
    {
        var host = Host.PathOf("/etc/cni/net.d/50-fresh.conflist");
        await File.WriteAllTextAsync(host, CniNetworks.SecondStockChain, Cancellation);
        try
        {
            await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", "cni.network=second", "fresh");

            (await DockerAsync("network", "inspect", "--format", "{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}", "fresh"))
                .Should().Be("10.91.0.0/24 10.91.0.1");
            await DockerAsync("run", "--rm", "--network", "fresh", Image, "true"); // Now the bridge cni1 has a route to the subnet.
            await DockerAsync("network", "rm", "fresh");

            var again =
                await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", "cni.network=second", "fresh");
            again.ExitCode.Should().NotBe(0);
            again.StandardError.Should().Contain("--subnet 10.91.0.0/24 --gateway 10.91.0.1").And.Contain("cnm-cni networks create second");
        }
        finally
        {
            File.Delete(host);
        }
    }

    [Feature("True answers: `docker inspect`, container and CNI result agree")]
    [Fact]
    public async Task Docker_inspect_the_container_and_the_CNI_result_agree_and_CHECK_passes()
    {
        await RunContainerAsync("web");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", "eth0", Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);

        var address = $"{docker.Address}/{docker.PrefixLength}";
        $"{kernel.Address}/{kernel.PrefixLength}".Should().Be(address);
        ((string)bridge.Result!["ips"]![0]!["address"]!).Should().Be(address);
        docker.Gateway.Should().Be(CniNetworks.Gateway);
        kernel.Gateway.Should().Be(docker.Gateway);
        kernel.Mac.Should().Be(docker.Mac);
        bridge.Mac.Should().Be(docker.Mac);
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("Addresses: pods and containers never get the same one")]
    [Fact]
    public async Task Pods_and_containers_never_get_the_same_address()
    {
        var pod = await RunPodAsync("pod");
        await RunContainerAsync("one");
        await RunContainerAsync("two");
        var second = await RunPodAsync("second");

        string[] addresses =
        [
            pod.Ip, second.Ip, (await DockerView.OfAsync(Host, "one", Network, Cancellation)).Address,
            (await DockerView.OfAsync(Host, "two", Network, Cancellation)).Address,
        ];

        addresses.Should().OnlyHaveUniqueItems();
        (await ExecAsync("one", "wget", "-qO-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
    }

    [Feature("Addresses: `--ipam-driver cni` for a network of another driver")]
    [Fact]
    public async Task A_container_on_a_network_of_another_driver_keeps_its_address_from_the_CNI_network()
    {
        const string Elsewhere = "elsewhere";
        await DockerAsync(
            "network", "create", "-d", "macvlan", "-o", "parent=uplink", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={Network}",
            "--subnet", CniNetworks.Subnet, "--gateway", CniNetworks.Gateway, Elsewhere);
        try
        {
            await DockerAsync(["run", "--detach", "--name", "other", "--network", Elsewhere, Image, .. WebServer]);
            var address = (await DockerView.OfAsync(Host, "other", Elsewhere, Cancellation)).Address;

            await Task.Delay(BeyondForgetting, TimeProvider.System, Cancellation);

            var late = await TryDockerAsync("run", "--rm", "--network", Network, "--ip", address, Image, "true");
            late.ExitCode.Should().NotBe(0);
            late.StandardError.Should().Contain($"address {address} of CNI network \"{Network}\" is taken");
            await DockerAsync("rm", "--force", "other");
            await DockerAsync("run", "--rm", "--network", Network, "--ip", address, Image, "true");
        }
        finally
        {
            await TryDockerAsync("rm", "--force", "other");
            await DockerAsync("network", "rm", Elsewhere);
        }
    }

    [Feature("Addresses: `--ip`, and who has it when it is taken")]
    [Fact]
    public async Task A_requested_address_is_assigned_and_a_second_request_is_refused_with_its_owner()
    {
        await RunContainerAsync("web", "--ip", "10.90.0.77");
        var census = await Host.CensusAsync(Cancellation);

        var late = await TryDockerAsync("run", "--name", "late", "--network", Network, "--ip", "10.90.0.77", Image, "true");

        (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Address.Should().Be("10.90.0.77");
        (await KernelView.OfAsync(Host, "web", "eth0", Cancellation)).Address.Should().Be("10.90.0.77");
        late.ExitCode.Should().NotBe(0);
        late.StandardError.Should().Contain("10.90.0.77").And.Contain("web");
        await DockerAsync("rm", "late");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Addresses: `--ip`, and who has it when it is taken")]
    [Fact]
    public async Task An_address_that_a_pod_has_is_refused_with_the_pods_name()
    {
        var pod = await RunPodAsync("holder");

        var late = await TryDockerAsync("run", "--name", "late", "--network", Network, "--ip", pod.Ip, Image, "true");

        late.ExitCode.Should().NotBe(0);
        late.StandardError.Should().Contain(pod.Ip).And.Contain("default/holder");
    }

    [Feature("Addresses: a released one can be had again at once")]
    [Fact]
    public async Task A_released_address_can_be_had_again_at_once()
    {
        await RunContainerAsync("first", "--ip", "10.90.0.78");
        await DockerAsync("rm", "--force", "first");

        await RunContainerAsync("second", "--ip", "10.90.0.78");

        (await DockerView.OfAsync(Host, "second", Network, Cancellation)).Address.Should().Be("10.90.0.78");
        await DockerAsync("restart", "second");
        (await DockerView.OfAsync(Host, "second", Network, Cancellation)).Address.Should().Be("10.90.0.78");
    }

    [Feature("Addresses: both families from one reservation")]
    [Fact]
    public async Task Both_families_come_from_one_reservation()
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", Dual, Image, .. WebServer]);

        var endpoint = JsonNode.Parse(await DockerAsync("inspect", "web"))![0]!["NetworkSettings"]!["Networks"]![Dual]!;
        var ip = (string)endpoint["IPAddress"]!;
        var ip6 = (string)endpoint["GlobalIPv6Address"]!;
        var holders =
            new[] { ip, ip6 }.Select(address => File.ReadAllText(Host.PathOf($"/var/lib/cni/networks/dual/{address}"))).Distinct();

        holders.Should().ContainSingle();
        (await ExecAsync("web", "ip", "-o", "addr", "show", "dev", "eth0")).Should().Contain($"{ip}/24").And.Contain($"{ip6}/64");
        ((string)endpoint["IPv6Gateway"]!).Should().Be(ReservingHost.Gateway6);
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("Addresses: `--ip6`")]
    [Fact]
    public async Task Both_families_can_be_chosen()
    {
        await DockerAsync(
            ["run", "--detach", "--name", "web", "--network", Dual, "--ip", "10.92.0.50", "--ip6", "fd00:92::50", Image, .. WebServer]);

        (await ExecAsync("web", "ip", "-o", "addr", "show", "dev", "eth0")).Should().Contain("10.92.0.50/24").And.Contain("fd00:92::50/64");
        await RemoveAsync("web");
        Directory.GetFiles(Host.PathOf("/var/lib/cni/networks/dual")).Select(Path.GetFileName).Should().NotContain(
            ["10.92.0.50", "fd00:92::50"]);
    }

    [Feature("Addresses: `--ip6`")]
    [Fact]
    public async Task The_IPv6_address_alone_can_be_chosen()
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", Dual, "--ip6", "fd00:92::60", Image, .. WebServer]);

        (await ExecAsync("web", "ip", "-o", "addr", "show", "dev", "eth0")).Should().Contain("fd00:92::60/64").And.MatchRegex(
            "10\\.92\\.0\\.[0-9]+/24");
    }

    [Feature("Addresses: `--ipam-driver cni` where the CNI network has no IPAM that reserves (dhcp, none)",
        Not = "nothing can be reserved ahead; `--ipam-driver null` is the way")]
    [Theory]
    [InlineData("leased", "dhcp")]
    [InlineData("bare", "no ipam section")]
    public async Task A_CNI_network_whose_IPAM_cannot_reserve_is_refused_with_the_command_to_type(string cniNetwork, string reason)
    {
        var create =
            await TryDockerAsync(
                "network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={cniNetwork}", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain(reason).And.Contain($"--ipam-driver null -o cni.network={cniNetwork}");
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain("wrong");
    }

    [Feature("Addresses: `--subnet`, `--gateway`, `--ip-range`, `--aux-address` other than the CNI network's",
        Not = "the CNI network's own configuration decides")]
    [Theory]
    [InlineData("--subnet 10.99.0.0/24", "--subnet 10.90.0.0/24")]
    [InlineData("--subnet 10.90.0.0/24 --gateway 10.90.0.9", "10.90.0.1")]
    [InlineData("--subnet 10.90.0.0/24 --ip-range 10.90.0.128/25", "10.90.0.1 to 10.90.0.254")]
    [InlineData("--subnet 10.90.0.0/24 --aux-address x=10.90.0.9", "rangeStart")]
    [InlineData("--ipam-opt nonsense=1", "cni.network=NAME")]
    [InlineData("--subnet 10.90.0.0/24 -o cni.network=dual", "--ipam-opt cni.network=dual")]
    public async Task What_does_not_agree_with_the_CNI_network_is_refused(string options, string hint)
    {
        var create =
            await TryDockerAsync(
                ["network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", "cni.network=pods", .. options.Split(' '),
                    "wrong"]);

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain(hint);
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain("wrong");
    }

    [Feature("Addresses: Docker's own IPAM with a fitting `--subnet`")]
    [Fact]
    public async Task Dockers_own_IPAM_with_a_fitting_subnet_imposes_its_choice()
    {
        await DockerAsync("network", "create", "-d", "cni", "--subnet", CniNetworks.Subnet, "--gateway", CniNetworks.Gateway, "--ip-range",
            "10.90.0.192/26", "-o", "cni.network=pods", "fixed");
        try
        {
            await DockerAsync(["run", "--detach", "--name", "web", "--network", "fixed", "--ip", "10.90.0.200", Image, .. WebServer]);

            (await DockerView.OfAsync(Host, "web", "fixed", Cancellation)).Address.Should().Be("10.90.0.200");
            (await KernelView.OfAsync(Host, "web", "eth0", Cancellation)).Address.Should().Be("10.90.0.200");
            File.Exists(Host.PathOf("/var/lib/cni/networks/pods/10.90.0.200")).Should().BeTrue();
        }
        finally
        {
            await DockerAsync("rm", "--force", "web");
            await DockerAsync("network", "rm", "fixed");
        }
    }

    [Feature("Addresses: `--ipam-driver cni` for dozens of containers at once")]
    [Feature("Nothing is left: dozens of containers at once")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Thirty_containers_at_once_get_thirty_addresses_and_leave_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");

        await Parallel.ForAsync(
            0, 30, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Cancellation }, async (number, _) =>
            await RunContainerAsync($"guest{number}", "--publish", "80"));
        var addresses = (await StatusView.OfAsync(Host, Cancellation)).Endpoints.SelectMany(endpoint => endpoint.Addresses).ToArray();
        await DockerAsync(["rm", "--force", .. Enumerable.Range(0, 30).Select(number => $"guest{number}")]);

        addresses.Should().HaveCount(30).And.OnlyHaveUniqueItems();
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: dockerd killed")]
    [Fact]
    public async Task Addresses_of_containers_that_died_with_dockerd_are_released()
    {
        var census = await CensusAfterOneContainerAsync();
        await RunContainerAsync("web", "--rm");

        await Host.Dockerd.KillAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        await TryDockerAsync("rm", "--force", "web");

        await AssertNothingIsLeftSinceAsync(census);
    }
}
