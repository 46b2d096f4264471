using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class EndpointRequestOptionsTests
{
    private const string EndpointId = "9b1b0000000000000000";

    private static readonly NetworkRecord NullIpam = new("57c2", "pods", IpamMode.Null);

    [Fact]
    public void Without_requests_plugins_get_no_arguments()
    {
        var wishes = Read(Request(new EndpointInterface("", "", "")), Stock);
        wishes.Arguments.Should().BeEmpty();
        wishes.Capabilities.Should().BeEmpty();
        wishes.Sysctls.Should().BeEmpty();
        wishes.InterfaceName.Should().BeNull();
    }

    [Fact]
    public void A_MAC_goes_to_CNI_ARGS_and_to_the_capability_where_it_is_declared()
    {
        var request = Request(new EndpointInterface(MacAddress: "02:AA:bb:cc:dd:ee"));
        Read(request, Stock).Arguments.Should().Equal(new CniArgument("MAC", "02:aa:bb:cc:dd:ee"));
        Read(request, Conflists.WithCapabilities("mac")).Capabilities.ToJsonString().Should().Be("""{"mac":"02:aa:bb:cc:dd:ee"}""");
    }

    [Fact]
    public void An_address_that_Docker_chose_goes_to_the_ips_capability_or_else_to_CNI_ARGS_but_never_to_both()
    {
        var request = Request(new EndpointInterface("10.88.0.77/16"));
        var declared = Read(request, Conflists.WithCapabilities("ips"));
        declared.Capabilities.ToJsonString().Should().Be("""{"ips":["10.88.0.77/16"]}""");
        declared.Arguments.Should().BeEmpty();
        Read(request, Stock).Arguments.Should().Equal(new CniArgument("IP", "10.88.0.77"));
    }

    [Fact]
    public void An_address_that_is_already_reserved_is_expected_but_not_requested_again()
    {
        var request = Request(new EndpointInterface("10.88.0.77/16", "fd00::7/64", "02:aa:bb:cc:dd:ee"));
        foreach (var network in new[] { Stock, Conflists.WithCapabilities("ips") })
        {
            var wishes = Read(request, network, NullIpam with { Ipam = IpamMode.Cni });
            wishes.Addresses.Should().Equal("10.88.0.77/16", "fd00::7/64");
            wishes.Arguments.Should().Equal(new CniArgument("MAC", "02:aa:bb:cc:dd:ee"));
            wishes.Capabilities.Should().BeEmpty();
        }
    }

    [Fact]
    public void Two_addresses_cannot_be_requested_without_the_ips_capability()
    {
        var read = () => Read(Request(new EndpointInterface("10.88.0.7/16", "fd00::7/64")), Stock);
        read.Should().Throw<CnmException>().WithMessage(
            "CNI network \"pods\" can assign only one requested address*10.88.0.7/16 and fd00::7/64*Use --ipam-driver null, " +
            "and request at most one.");
    }

    [Fact]
    public void An_invalid_MAC_is_refused()
    {
        var read = () => Read(Request(new EndpointInterface(MacAddress: "02:aa")), Stock);
        read.Should().Throw<CnmException>().WithMessage("MAC address \"02:aa\" is not six bytes*");
    }

    [Fact]
    public void Templates_in_arguments_of_network_and_endpoint_are_filled_in()
    {
        var record = NullIpam with
        {
            EndpointDefaults = new Dictionary<string, string>
            {
                ["cni.args.K8S_POD_NAMESPACE"] = "docker",
                ["cni.args.K8S_POD_NAME"] = "{container.name}",
                ["cni.args.K8S_POD_INFRA_CONTAINER_ID"] = "{endpoint.id}",
                ["cni.args.Where"] = "{cni.network}@{host.name}/{network.id}/{endpoint.short}",
            },
        };
        var request = Request(
            new EndpointInterface("10.88.0.7/16", "fd00::7/64", "02:aa:bb:cc:dd:ee"),
            ("cni.args.k8s_pod_namespace", "\"build\""), ("cni.args.Seen", "\"{mac} {ip} {ip6}\""));
        Read(request, Conflists.WithCapabilities("ips"), record, "web").Arguments.Should().Equal(
            new CniArgument("MAC", "02:aa:bb:cc:dd:ee"),
            new CniArgument("K8S_POD_INFRA_CONTAINER_ID", EndpointId),
            new CniArgument("K8S_POD_NAME", "web"),
            new CniArgument("K8S_POD_NAMESPACE", "build"),
            new CniArgument("Seen", "02:aa:bb:cc:dd:ee 10.88.0.7 fd00::7"),
            new CniArgument("Where", "wishful@node1/57c2/9b1b00000000"));
    }

    [Fact]
    public void A_container_with_an_unknown_name_is_named_by_the_short_id_of_its_endpoint() =>
        Read(Request(null, ("cni.args.A", "\"{container.name}\"")), Stock).Arguments.Should().Equal(new CniArgument("A", "9b1b00000000"));

    [Fact]
    public void A_template_for_a_value_that_plugins_decide_is_refused()
    {
        var read = () => Read(Request(null, ("cni.args.A", "\"{ip}\"")), Stock);
        read.Should().Throw<CnmException>().WithMessage(
            "option cni.args.A contains {ip}, which this endpoint does not have. It is known before the plugins run only if Docker or " +
            "--ipam-driver cni chose it.");
    }

    [Fact]
    public void Bandwidth_goes_to_the_capability()
    {
        var record =
            NullIpam
                with { EndpointDefaults =
                    new Dictionary<string, string> { ["cni.bandwidth.ingress"] = "10mbit", ["cni.bandwidth.egress"] = "10mbit" } };
        var request = Request(null, ("cni.bandwidth.egress", "\"\""));
        Read(request, Conflists.WithCapabilities("bandwidth"), record).Capabilities.ToJsonString().Should().Be(
            """{"bandwidth":{"ingressRate":10000000,"ingressBurst":1048576}}""");
    }

    [Fact]
    public void Name_servers_go_to_the_dns_capability_where_it_is_declared()
    {
        var request = Request(null, ("com.docker.network.endpoint.dnsservers", """["9.9.9.9","2620:fe::fe"]"""));
        Read(request, Conflists.WithCapabilities("dns")).Capabilities.ToJsonString().Should().Be(
            """{"dns":{"servers":["9.9.9.9","2620:fe::fe"]}}""");
        Read(request, Stock).Capabilities.Should().BeEmpty();
    }

    [Fact]
    public void Endpoint_options_of_Docker_are_read_where_they_apply_and_ignored_otherwise()
    {
        var wishes = Read(
            Request(
                null,
                ("com.docker.network.endpoint.sysctls", "\"net.ipv4.conf.IFNAME.log_martians=1\""),
                ("com.docker.network.endpoint.ifname", "\"lan0\""),
                ("com.docker.network.endpoint.anything", "\"x\""), ("somebody.else", "\"x\"")),
            Stock, NullIpam with { Attach = AttachMode.Sandbox });
        wishes.Sysctls.Should().Equal(new InterfaceSysctl("ipv4", "conf", "log_martians", "1"));
        wishes.InterfaceName.Should().Be("lan0");
        wishes.Arguments.Should().BeEmpty();
    }

    [Fact]
    public void An_unknown_endpoint_option_of_ours_is_refused()
    {
        var read = () => Read(Request(null, ("cni.typo", "\"x\"")), Stock);
        read.Should().Throw<CnmException>().WithMessage("unknown endpoint option cni.typo. Known options: *");
    }

    private static NetworkConfiguration Stock => Conflists.Parse(Conflists.Stock);

    private static EndpointRequestOptions Read(
        CreateEndpointRequest request, NetworkConfiguration network, NetworkRecord? record = null, string? containerName = null) =>
        EndpointRequestOptions.Read(
            request, network, record ?? NullIpam, new EndpointFacts(EndpointId, EndpointId, "57c2", "node1", containerName));

    private static CreateEndpointRequest Request(EndpointInterface? endpoint, params (string Key, string Json)[] options) =>
        new("57c2", EndpointId, endpoint,
            options.ToDictionary(option => option.Key, option => JsonDocument.Parse(option.Json).RootElement));
}
