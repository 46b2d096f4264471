using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class AddressArgumentsTests
{
    private const string Mac = "02:42:00:00:00:01";

    private static readonly CniArgument MacArgument = new("MAC", Mac);

    [Fact]
    public void Without_a_requested_address_plugins_get_the_MAC_only()
    {
        var (network, arguments, capabilities) = AddressArguments.Of(Conflists.Parse(Conflists.Plain), Mac, []);

        network.Plugins[0].Json.ContainsKey("args").Should().BeFalse();
        arguments.Should().Equal(MacArgument);
        capabilities.Should().BeEmpty();
    }

    [Fact]
    public void One_requested_address_is_passed_in_one_way_because_host_local_would_count_two_ways_as_two_requests()
    {
        var (network, arguments, capabilities) = AddressArguments.Of(Conflists.Parse(Conflists.Plain), Mac, ["10.89.0.7/24"]);

        network.Plugins[0].Json.ContainsKey("args").Should().BeFalse();
        arguments.Should().Equal(MacArgument, new CniArgument("IP", "10.89.0.7"));
        capabilities.Should().BeEmpty();
    }

    [Fact]
    public void The_capability_is_used_where_the_plugin_declares_it()
    {
        var declaring = Conflists.Parse("""
            { "cniVersion": "1.0.0", "name": "n", "plugins": [ { "type": "bridge", "capabilities": { "ips": true },
              "ipam": { "type": "host-local", "subnet": "10.1.0.0/24" } } ] }
            """);

        var (_, arguments, capabilities) = AddressArguments.Of(declaring, Mac, ["10.1.0.7/24", "fd00::7/64"]);

        arguments.Should().Equal(MacArgument);
        capabilities.ToJsonString().Should().Be("""{"ips":["10.1.0.7/24","fd00::7/64"]}""");
    }

    [Fact]
    public void The_default_arguments_of_a_network_reach_the_IPAM_plugin_as_far_as_they_are_known()
    {
        var defaults = new Dictionary<string, string>
        {
            ["cni.args.K8S_POD_NAMESPACE"] = "docker-{cni.network}",
            ["cni.args.K8S_POD_NAME"] = "{container.name}",
            ["cni.args.OWNER"] = "{network.id}",
        };

        AddressArguments.Arguments(defaults, "pods", "0123456789abcdef", Mac, containerName: null)
            .Should().Equal(new CniArgument("K8S_POD_NAMESPACE", "docker-pods"), new CniArgument("K8S_POD_NAME", "0123456789ab"));
        AddressArguments.Arguments(defaults, "pods", "0123456789abcdef", Mac, "web").Should().Contain(
            new CniArgument("K8S_POD_NAME", "web"));
    }
}
