using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class EndpointAnswerTests
{
    private const int ByTheKernel = 2;

    private static readonly LinkRoute Connected = new("10.88.0.0/16") { Protocol = ByTheKernel };
    private static readonly LinkRoute Default = new("0.0.0.0/0") { Gateway = "10.88.0.1" };

    [Fact]
    public void The_answer_has_the_address_with_its_prefix_and_the_MAC()
    {
        var answer = EndpointAnswer.ToCreateEndpoint(Attachment(Connected, Default), new EndpointInterface("", "", ""));
        answer.Interface.Should().Be(new EndpointInterface("10.88.0.5/16", null, "02:00:00:00:00:01"));
    }

    [Fact]
    public void Values_that_Docker_sent_are_not_answered_even_when_they_are_the_same()
    {
        var answer = EndpointAnswer.ToCreateEndpoint(Attachment(Connected), new EndpointInterface("10.88.0.5/16", "", "02:00:00:00:00:01"));
        answer.Interface.Should().Be(new EndpointInterface(null, null, null));
    }

    [Fact]
    public void Without_a_connected_route_the_address_has_a_host_prefix_so_that_Docker_adds_none()
    {
        var pointToPoint = Attachment(new LinkRoute("10.88.0.1/32"), new LinkRoute("10.88.0.0/16") { Gateway = "10.88.0.1" });
        EndpointAnswer.ToCreateEndpoint(pointToPoint, null).Interface!.Address.Should().Be("10.88.0.5/32");
        EndpointAnswer.ToJoin(pointToPoint).StaticRoutes.Should().Equal(
            new JoinStaticRoute("10.88.0.1/32", 1, ""), new JoinStaticRoute("10.88.0.0/16", 0, "10.88.0.1"));
    }

    [Fact]
    public void A_default_route_becomes_the_gateway_and_routes_of_the_kernel_are_not_answered()
    {
        var answer = EndpointAnswer.ToJoin(Attachment(Connected, Default));
        answer.Gateway.Should().Be("10.88.0.1");
        answer.StaticRoutes.Should().BeEmpty();
        answer.DisableGatewayService.Should().BeFalse();
        answer.InterfaceName.Should().Be(new JoinInterfaceName("cnie1", "eth"));
    }

    [Fact]
    public void A_requested_name_is_answered_only_for_a_link_that_Docker_moves()
    {
        var record = Attachment(Connected) with { RequestedInterfaceName = "lan0" };

        EndpointAnswer.ToJoin(record).InterfaceName.Should().Be(new JoinInterfaceName("cnie1", "eth", "lan0"));
        EndpointAnswer.ToJoin(record with { Attach = AttachMode.Sandbox }).InterfaceName.Should().BeNull();
    }

    [Fact]
    public void Without_a_default_route_Docker_is_kept_from_adding_an_interface_of_its_own()
    {
        var answer = EndpointAnswer.ToJoin(Attachment(Connected));
        answer.Gateway.Should().BeNull();
        answer.DisableGatewayService.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_a_default_route_of_IPv6_alone_Docker_may_add_an_interface_only_for_the_ports(bool publishes)
    {
        var record = Attachment(Connected, new LinkRoute("::/0") { Gateway = "fd00::1", Metric = 1024 });

        var answer = EndpointAnswer.ToJoin(record, publishes);

        (answer.Gateway, answer.GatewayIPv6).Should().Be((null, "fd00::1"));
        answer.DisableGatewayService.Should().Be(!publishes);
        Chosen(record, sandboxIsThere: false).Should().Be((false, true));
        Chosen(record, sandboxIsThere: true).Should().Be((false, false));
        Chosen(record with { Internal = true }, sandboxIsThere: false).Should().Be((false, false));
        Chosen(Attachment(Connected, Default), sandboxIsThere: false).Should().Be((false, false));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("fd00::1", 0)] // RTA_VIA: a next hop of the other family.
    [InlineData("10.88.0.1", 8)]
    public void A_default_route_that_Docker_cannot_set_is_set_by_cnm_cni(string? nextHop, int typeOfService)
    {
        var record = Attachment(Connected, new LinkRoute("0.0.0.0/0") { Gateway = nextHop, TypeOfService = typeOfService });

        var answer = EndpointAnswer.ToJoin(record);

        (answer.Gateway, answer.DisableGatewayService).Should().Be((null, true));
        answer.StaticRoutes.Should().BeEmpty();
        Chosen(record, sandboxIsThere: true).Should().Be((true, false));
        Chosen(record with { Internal = true }, sandboxIsThere: true).Should().Be((false, false));
    }

    [Theory]
    [InlineData("0.0.0.0/0", "10.88.0.0/16", "192.0.2.1", "192.0.2.1/32")]
    // It comes with a second address, or an other end, which Docker does not set.
    [InlineData("0.0.0.0/0", "192.0.2.1/32", "192.0.2.1", "192.0.2.1/32")]
    [InlineData("0.0.0.0/0", "10.88.0.0/16", "10.88.0.1", null)]
    [InlineData("::/0", "fd00:88::/64", "fd00:99::1", "fd00:99::1/128")]
    [InlineData("::/0", "fd00:88::/64", "fe80::1", null)]
    public void The_answer_has_a_route_to_a_next_hop_outside_every_subnet(string destination, string connected, string nextHop, string? way)
    {
        var record =
            Attachment(
                new LinkRoute(connected) { Protocol = ByTheKernel }, new LinkRoute(destination) { Gateway = nextHop, OnLink = true });

        var answer = EndpointAnswer.ToJoin(record);

        (answer.Gateway ?? answer.GatewayIPv6).Should().Be(nextHop);
        answer.StaticRoutes.Should().Equal(way is null ? [] : [new JoinStaticRoute(way, 1, "")]);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("fd00:88::5/64", "fd00:88::1")]
    public void In_the_sandbox_the_answer_has_an_IPv6_gateway_only_with_an_IPv6_address(string reserved, string? told)
    {
        var record =
            Attachment(Connected, Default, new LinkRoute("fd00:88::/64") { Protocol = ByTheKernel },
                new LinkRoute("::/0") { Gateway = "fd00:88::1", Metric = 1024 });
        record = record with { Attach = AttachMode.Sandbox, Addresses = [], Reserved = reserved.Length == 0 ? [] : [reserved] };

        var answer = EndpointAnswer.ToJoin(record);

        (answer.Gateway, answer.GatewayIPv6).Should().Be(("10.88.0.1", told));
        Chosen(record, sandboxIsThere: true).Should().Be((false, told is null));
    }

    [Fact]
    public void Of_several_default_routes_the_one_with_the_lowest_metric_counts()
    {
        var other = new LinkRoute("0.0.0.0/0") { Gateway = "10.88.0.2", Metric = 10 };
        EndpointAnswer.ToJoin(Attachment(Connected, other, Default)).Gateway.Should().Be("10.88.0.1");
    }

    [Fact]
    public void Link_local_addresses_are_not_answered()
    {
        var record = Attachment(Connected);
        record = record
            with { Snapshot =
                record.Snapshot!
                    with { Addresses = [new LinkAddress("fe80::1", 64), new LinkAddress("fd00::5", 64)],
                        Routes = [new LinkRoute("fd00::/64") { Protocol = ByTheKernel }] } };
        EndpointAnswer.ToCreateEndpoint(record, null).Interface!.AddressIPv6.Should().Be("fd00::5/64");
    }

    [Fact]
    public void The_MAC_of_a_link_with_the_MAC_of_its_parent_is_not_answered_because_Docker_would_set_it()
    {
        var record = Attachment(Connected);
        record = record with { Snapshot = record.Snapshot! with { Kind = "ipvlan" } };
        EndpointAnswer.ToCreateEndpoint(record, null).Interface!.MacAddress.Should().BeNull();
    }

    private static (bool IPv4, bool IPv6) Chosen(AttachmentRecord record, bool sandboxIsThere)
    {
        var own = (record with { SandboxExistedAtJoin = sandboxIsThere }).OwnDefaultRoutes();
        return (own.IPv4, own.IPv6);
    }

    private static AttachmentRecord Attachment(params LinkRoute[] routes) => Records.Joined("e1") with
    {
        Snapshot =
            new LinkSnapshot(
                "eth0", "02:00:00:00:00:01", 1500, "veth", 7) { Addresses = [new LinkAddress("10.88.0.5", 16)], Routes = routes },
    };
}
