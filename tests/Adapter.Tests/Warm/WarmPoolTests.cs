using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Warm;

/// <summary>Attachments that are made before a container needs them.</summary>
[Collection("links of the host")]
public sealed class WarmPoolTests : WarmTest
{
    [Theory]
    [InlineData(Reserved)]
    [InlineData(Unreserved)]
    public async Task A_network_keeps_as_many_attachments_ahead_as_its_option_says(string network)
    {
        (await CreateAsync(network, warm: 2)).Should().Be("{}");

        await ReadyAsync(2, network);
        foreach (var attachment in await WarmAsync(network))
            Ip("link", "show", (string)attachment!["hostInterfaceName"]!).Should().Contain("state DOWN");

        (await StatusAsync())["endpoints"]!.AsArray().Should().BeEmpty();
        (await Daemon.GetAsync("metrics")).Should().Contain("state=\"ready\"} 2");
    }

    [Fact]
    public async Task A_container_with_a_reserved_address_takes_the_oldest_one_and_no_plugin_runs_for_it()
    {
        await CreateAsync(Reserved, warm: 2);
        await ReadyAsync(2);
        var oldest = (await WarmAsync())[0]!;
        using var hold = Networks.Hold("reserve", "ADD");

        var address = await StartReservedAsync("e1");
        var link = await JoinAsync("e1", Reserved);

        address.Should().Be((string)oldest["addresses"]![0]!);
        link.Should().Be((string)oldest["hostInterfaceName"]!);
        Ip("link", "show", link).Should().Contain(Mac);
        Networks.Runs.Count(run => run == "ADD chain").Should().Be(2);
        var endpoint = (await StatusAsync())["endpoints"]!.AsArray().Should().ContainSingle().Subject!;
        ((string)endpoint["mac"]!).Should().Be(Mac);
        ((string)endpoint["state"]!).Should().Be("joined");
    }

    [Fact]
    public async Task A_container_without_a_known_address_is_answered_with_address_and_MAC_of_a_warm_link()
    {
        await CreateAsync(Unreserved, warm: 1);
        await ReadyAsync(1, Unreserved);
        var warm = (await WarmAsync(Unreserved))[0]!;
        var mac = Tool.IpJson("/proc/self/ns/net", $"link show {(string)warm["hostInterfaceName"]!}")[0].GetProperty("address").GetString();
        using var hold = Networks.Hold("chain", "ADD");

        var answer = await CreateEndpointAsync("e1", Unreserved);

        answer.Should().Contain((string)warm["addresses"]![0]!).And.Contain(mac);
        (await CreateEndpointAsync("e1", Unreserved)).Should().Be(answer);
    }

    [Fact]
    public async Task Containers_get_the_last_addresses_also_while_warm_ones_are_made()
    {
        await CreateAsync(Reserved, warm: 2);
        await ReadyAsync(2);
        Networks.WriteReserve(add: "[ $number -le 6 ] || { rmdir $(dirname $0)/../store/10.77.0.$number; "
            + "echo '{\"code\":11,\"msg\":\"no IP addresses available\"}'; exit 1; }");

        var addresses = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RequestAddressAsync()));

        addresses.Should().OnlyHaveUniqueItems().And.OnlyContain(address => address.StartsWith("10.77.0."));
    }

    [Fact]
    public async Task One_whose_namespace_is_lost_is_still_good_for_a_container()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        var path = Path.Combine(Daemon.Settings.RunDirectory, "netns", (string)(await WarmAsync())[0]!["id"]!);
        NetworkNamespace.Unmount(path);
        // As after the mount namespace of a process has ended.
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);

        var address = await StartReservedAsync("e1");
        (await JoinAsync("e1", Reserved)).Should().StartWith("cni");

        await EndAsync("e1", Reserved, address);
        (await Daemon.PostAsync("Bridge.Settle", """{"timeout":10}""")).Body.Should().Contain("\"pending\": []");
    }

    [Fact]
    public async Task A_taken_one_is_replaced()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);

        var address = await StartReservedAsync("e1");

        await ReadyAsync(1);
        ((string)(await WarmAsync())[0]!["addresses"]![0]!).Should().NotBe(address);
    }

    [Theory]
    [InlineData("com.docker.network.endpoint.macaddress", Mac)]
    [InlineData("cni.args.KEY", "value")]
    public async Task A_container_with_requests_of_its_own_gets_an_attachment_of_its_own_and_the_address_it_was_given(
        string option, string value)
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        var warm = (string)(await WarmAsync())[0]!["hostInterfaceName"]!;

        var address = await StartReservedAsync("e1", new() { [option] = value });
        var link = await JoinAsync("e1", Reserved);

        link.Should().NotBe(warm);
        var endpoint = (await StatusAsync())["endpoints"]!.AsArray().Single()!;
        ((string)endpoint["addresses"]![0]!).Should().Be(address);
        Networks.Runs.Should().Contain("DEL chain");
        await EndAsync("e1", Reserved, address);
    }

    [Fact]
    public async Task A_requested_address_that_a_warm_one_has_is_free_for_the_container()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        var address = (string)(await WarmAsync())[0]!["addresses"]![0]!;

        var before = Networks.Runs.Count(run => run == "DEL reserve");
        await RequestAddressAsync(address.Split('/')[0]);

        Networks.Runs.Count(run => run == "DEL reserve").Should().BeGreaterThan(before);
    }

    [Fact]
    public async Task An_address_that_Docker_releases_unused_goes_back_to_the_pool()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        var address = await RequestAddressAsync();

        await Docker.ReleaseAddressAsync(address.Split('/')[0]);

        await ReadyAsync(1);
        (await RequestAddressAsync()).Should().Be(address);
        Networks.Runs.Should().NotContain("DEL chain");
    }

    [Theory]
    [InlineData(Reserved)]
    [InlineData(Unreserved)]
    public async Task When_their_network_is_removed_they_are_gone_before_the_answer(string network)
    {
        await CreateAsync(network, warm: 3);
        await ReadyAsync(3, network);

        (await Docker.EndpointAsync("DeleteNetwork", "", network)).Should().Be("{}");

        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task A_warm_network_without_containers_can_be_removed_while_one_is_being_made()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        using (Networks.Hold("chain", "ADD"))
        {
            await StartReservedAsync("e1");
            await EndAsync("e1", Reserved);
            await Networks.RunsAsync("ADD chain", 2);
        }

        (await Docker.EndpointAsync("DeleteNetwork", "", Reserved)).Should().Be("{}");
    }

    [Fact]
    public async Task One_whose_link_is_gone_is_replaced()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        var link = (string)(await WarmAsync())[0]!["hostInterfaceName"]!;

        Ip("link", "delete", link);

        await Eventually.TrueAsync(async _ => await WarmAsync() is [{ } other] && (string)other["hostInterfaceName"]! != link
            && (string)other["state"]! == "ready", "another one is ready", TestContext.Current.CancellationToken);
        await Networks.RunsAsync("DEL chain");
    }

    [Fact]
    public async Task One_of_an_older_configuration_is_replaced()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        var link = (string)(await WarmAsync())[0]!["hostInterfaceName"]!;

        Daemon.WriteConflist("ahead.conflist",
            """{ "cniVersion": "1.0.0", "name": "ahead", "plugins": [ { "type": "chain", "mtu": 1400, "ipam": { "type": "reserve",""" +
            """ "subnet": "10.77.0.0/16" } } ] }""");

        await Eventually.TrueAsync(async _ => await WarmAsync() is [{ } other] && (string)other["hostInterfaceName"]! != link
            && (string)other["state"]! == "ready", "another one is ready", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_failure_is_followed_by_a_pause_and_then_by_another_attempt()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);
        Networks.WriteVethChain(add: "exit 1");
        await StartReservedAsync("e1");
        await Networks.RunsAsync("ADD chain", 3);
        Networks.WriteVethChain();

        await ReadyAsync(1);
    }

    [Fact]
    public async Task A_check_compares_it_with_the_kernel()
    {
        await CreateAsync(Reserved, warm: 1);
        await ReadyAsync(1);

        var check = (await Daemon.PostAsync("Bridge.Check", """{"targets":[]}""")).Body;

        check.Should().Contain("compared with the kernel").And.Contain("passed");
    }
}
