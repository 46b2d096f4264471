using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>Services of a compose file on CNI networks.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class ComposeTests : EngineTest, IClassFixture<StockChainHost>
{
    /// <summary>The network as docker-compose names it.</summary>
    private const string ProjectNetwork = "demo_lan";

    /// <summary>What a project says of it.</summary>
    private const string OwnNetwork = $$"""
        networks:
          lan:
            driver: cni
            driver_opts: { cni.network: {{CniNetworks.Name}} }
            ipam:
              driver: cni
              config: [{ subnet: {{CniNetworks.Subnet}}, gateway: {{CniNetworks.Gateway}} }]
        """;

    private const string TwoServices = $$"""
        version: "2.4"
        services:
          web: &service
            image: {{Image}}
            command: httpd -f -p 80 -h /www
            networks: [lan]
          visitor: *service
        {{OwnNetwork}}
        """;

    public ComposeTests(StockChainHost engine) : base(engine)
    {
        var missing = HostRequirements.MissingForCompose();
        Assert.SkipUnless(missing is null, missing ?? "");
    }

    [Feature("Compose: up and down, with networks of `driver: cni`")]
    [Fact]
    public async Task A_project_comes_up_on_a_CNI_network_of_its_own_and_goes_down_without_a_trace()
    {
        var census = await CensusAfterOneContainerAsync();
        await using var project = new ComposeProject(Host, TwoServices);

        await project.RunAsync(["up", "--detach"], Cancellation);

        var web = await OnlyAsync(project, "web");
        var visitor = await OnlyAsync(project, "visitor");
        var address = (await DockerView.OfAsync(Host, web, ProjectNetwork, Cancellation)).Address;
        (await KernelView.OfAsync(Host, web, "eth0", Cancellation)).Address.Should().Be(address);
        (await ExecAsync(visitor, "wget", "-qO-", $"http://{address}/")).Should().Be(Page.TrimEnd());
        var inside = await Host.FromContainerAsync(visitor, Cancellation);
        (await inside.ResolveAsync("web", "127.0.0.11", Cancellation)).Should().Be(address);

        await project.RunAsync(["down"], Cancellation);

        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain(ProjectNetwork);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Compose: up and down, with networks of `driver: cni`")]
    [Fact]
    public async Task On_a_host_with_two_CNI_networks_the_subnet_selects_the_one_of_a_project()
    {
        var second = Host.PathOf($"/etc/cni/net.d/{CniNetworks.SecondFileName}");
        await File.WriteAllTextAsync(second, CniNetworks.SecondStockChain, Cancellation);
        try
        {
            await using var project = new ComposeProject(Host, TwoServices);
            await project.RunAsync(["up", "--detach"], Cancellation);
            var address =
                await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "cni", "-o", $"cni.network={CniNetworks.SecondName}",
                    "--subnet", "10.91.0.0/24", "by-subnet");

            address.Should().NotBeEmpty();
            (await AddressesAsync(project, "web")).Should().ContainSingle().Which.Should().StartWith("10.90.0.");
            (await StatusView.OfAsync(Host, Cancellation)).Networks.Select(network => network.CniNetwork).Should().Contain(
                [CniNetworks.Name, CniNetworks.SecondName]);
            await project.RunAsync(["down"], Cancellation);
            await DockerAsync("network", "rm", "by-subnet");
        }
        finally
        {
            File.Delete(second);
        }
    }

    [Feature("Compose: scale")]
    [Fact]
    public async Task A_service_is_scaled_up_and_down_and_every_container_has_an_address_of_its_own()
    {
        await using var project = new ComposeProject(Host, TwoServices);
        await project.RunAsync(["up", "--detach", "--scale", "web=3"], Cancellation);

        var addresses = await AddressesAsync(project, "web");
        addresses.Should().HaveCount(3).And.OnlyHaveUniqueItems();
        foreach (var address in addresses)
            (await Host.FromHost.GetAsync(address, 80, Cancellation)).Should().Be(Page);

        await project.RunAsync(["up", "--detach", "--scale", "web=1"], Cancellation);

        var left = (await AddressesAsync(project, "web")).Concat(await AddressesAsync(project, "visitor"));
        GivenAway().Should().BeEquivalentTo(left);
    }

    [Feature("Compose: recreate")]
    [Fact]
    public async Task A_service_is_recreated_and_the_old_container_gives_its_address_back()
    {
        await using var project = new ComposeProject(Host, TwoServices);
        await project.RunAsync(["up", "--detach"], Cancellation);
        var before = await OnlyAsync(project, "web");

        await project.RunAsync(["up", "--detach", "--force-recreate"], Cancellation);

        (await OnlyAsync(project, "web")).Should().NotBe(before);
        var address = (await AddressesAsync(project, "web")).Single();
        (await Host.FromHost.GetAsync(address, 80, Cancellation)).Should().Be(Page);
        GivenAway().Should().HaveCount(2).And.Contain(address);
    }

    [Feature("Compose: stop, start, restart")]
    [Fact]
    public async Task A_project_is_stopped_and_started_again()
    {
        await using var project = new ComposeProject(Host, TwoServices);
        await project.RunAsync(["up", "--detach"], Cancellation);

        await project.RunAsync(["stop"], Cancellation);
        await Host.SettleAsync(Cancellation);
        GivenAway().Should().BeEmpty();

        await project.RunAsync(["start"], Cancellation);
        (await Host.FromHost.GetAsync((await AddressesAsync(project, "web")).Single(), 80, Cancellation)).Should().Be(Page);
        await project.RunAsync(["restart"], Cancellation);
        (await Host.FromHost.GetAsync((await AddressesAsync(project, "web")).Single(), 80, Cancellation)).Should().Be(Page);
    }

    [Feature("Compose: external networks")]
    [Fact]
    public async Task Services_join_a_CNI_network_that_was_there_before_them_and_stays()
    {
        await RunContainerAsync("resident");
        var pod = await RunPodAsync("dns");
        await using var project = new ComposeProject(Host, $$"""
            version: "2.4"
            services:
              web:
                image: {{Image}}
                command: httpd -f -p 80 -h /www
                networks: [lan]
            networks:
              lan:
                external: true
                name: {{Network}}
            """);

        await project.RunAsync(["up", "--detach"], Cancellation);

        var web = await OnlyAsync(project, "web");
        var address = (await DockerView.OfAsync(Host, web, Network, Cancellation)).Address;
        (await ExecAsync("resident", "wget", "-qO-", $"http://{address}/")).Should().Be(Page.TrimEnd());
        (await ExecAsync(web, "wget", "-qO-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
        await project.RunAsync(["down"], Cancellation);
        (await Host.FromHost.GetAsync((await DockerView.OfAsync(Host, "resident", Network, Cancellation)).Address, 80, Cancellation))
            .Should().Be(Page);
    }

    [Feature("Compose: `ipv4_address`, `ports`")]
    [Fact]
    public async Task A_service_has_the_address_and_the_port_of_its_file()
    {
        await using var project = new ComposeProject(Host, $$"""
            version: "2.4"
            services:
              web:
                image: {{Image}}
                command: httpd -f -p 80 -h /www
                ports: ["8080:80"]
                networks:
                  lan: { ipv4_address: 10.90.0.77 }
            {{OwnNetwork}}
            """);

        await project.RunAsync(["up", "--detach"], Cancellation);

        (await KernelView.OfAsync(Host, await OnlyAsync(project, "web"), "eth0", Cancellation)).Address.Should().Be("10.90.0.77");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await project.RunAsync(["up", "--detach", "--force-recreate"], Cancellation);
        (await AddressesAsync(project, "web")).Should().Equal("10.90.0.77");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    [Feature("Compose: `ipv4_address`, `ports`")]
    [Fact]
    public async Task An_address_that_a_pod_has_is_refused_with_the_pods_name()
    {
        var pod = await RunPodAsync("dns");
        await using var project = new ComposeProject(Host, $$"""
            version: "2.4"
            services:
              web:
                image: {{Image}}
                networks:
                  lan: { ipv4_address: {{pod.Ip}} }
            networks:
              lan:
                driver: cni
                ipam:
                  driver: cni
                  config: [{ subnet: {{CniNetworks.Subnet}} }]
            """);

        var up = await project.TryAsync(["up", "--detach"], Cancellation);

        up.ExitCode.Should().NotBe(0);
        up.StandardError.Should().Contain(pod.Ip).And.Contain("pod default/dns");
    }

    [Feature("Compose: networks without `ipam: { driver: … }`", Not = "Docker would choose a subnet that is not the CNI network's")]
    [Fact]
    public async Task A_network_without_an_ipam_driver_is_refused_with_what_to_write()
    {
        await using var project = new ComposeProject(Host, TwoServices[..TwoServices.IndexOf("ipam:", StringComparison.Ordinal)]);

        var up = await project.TryAsync(["up", "--detach"], Cancellation);

        up.ExitCode.Should().NotBe(0);
        up.StandardError.Should().Contain("--ipam-driver");
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain(ProjectNetwork);
    }

    private static async Task<string> OnlyAsync(ComposeProject project, string service) =>
        (await project.ContainersAsync(service, Cancellation)).Single();

    private async Task<IReadOnlyList<string>> AddressesAsync(ComposeProject project, string service)
    {
        var addresses = new List<string>();
        foreach (var container in await project.ContainersAsync(service, Cancellation))
            addresses.Add((await DockerView.OfAsync(Host, container, ProjectNetwork, Cancellation)).Address);

        return addresses;
    }

    /// <summary>What the CNI network's IPAM plugin has given away.</summary>
    private IEnumerable<string> GivenAway() =>
        Directory.GetFiles(Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}"), "10.90.*").Select(file => Path.GetFileName(file));
}
