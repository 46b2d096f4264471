using System.Text.Json;
using Bridge.Adapter.Methods;
using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>Options that generated requests found: no plugin can serve them, and some plugins cannot even undo them.</summary>
public sealed class InvalidOptionTests
{
    [Theory]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("10.88.0.5")]
    [InlineData("10.88.0.5/33")]
    [InlineData("10.88.0.5/-1")]
    [InlineData("10.88.5/16")]
    [InlineData("0x0a.0x58.0.5/16")]
    [InlineData("[fd00::1]/64")]
    [InlineData("fd00::1/129")]
    [InlineData("../../etc/16")]
    [InlineData(" 10.88.0.5/16")]
    public void An_address_that_a_plugin_could_not_read_is_refused_because_its_DEL_would_always_fail(string address) =>
        FluentActions.Invoking(
            () => EndpointRequestOptions.AddressesOf(new CreateEndpointRequest("n", "e", new EndpointInterface(Address: address))))
            .Should().Throw<CnmException>().WithMessage("*is not an address with its prefix length, as in 10.88.0.5/16. Nothing was done.");

    [Theory]
    [InlineData("10.88.0.5/16", "fd00:88::5/64")]
    [InlineData("0.0.0.0/0", "::ffff:10.0.0.1/128")]
    public void An_address_as_Docker_writes_it_is_taken(string address, string address6) =>
        EndpointRequestOptions.AddressesOf(new CreateEndpointRequest("n", "e", new EndpointInterface(address, address6))).Should().Equal(
            address, address6);

    [Theory]
    [InlineData("net.ipv4.conf.all.forwarding=1")]
    [InlineData("/16")]
    [InlineData("10.88.0.1.2/16")]
    public void An_invalid_gateway_is_refused_like_one_that_is_not_the_CNI_networks(string gateway) =>
        FluentActions.Invoking(() => AddressPools.RequireFit(
            new NetworkOptions("pods", IpamMode.Docker, [new IpamData("LocalDefault", "10.88.0.0/16", gateway)]),
            Conflists.Parse(Conflists.Stock), "cni"))
            .Should().Throw<CnmException>().WithMessage(
                $"Docker's own address management chose gateway {gateway}, but that of CNI network*");

    [Fact]
    public void A_null_pool_is_refused_with_an_error_text() =>
        FluentActions.Invoking(() => NetworkOptions.Read(new CreateNetworkRequest("n", IPv4Data: [null!])))
            .Should().Throw<CnmException>().WithMessage("IPv4Data or IPv6Data contains null*");

    [Theory]
    [InlineData("[7]")]
    [InlineData("[\"80:80\"]")]
    [InlineData("[null]")]
    [InlineData("""[{"Proto":"tcp","Port":80}]""")]
    [InlineData("""[{"Proto":6,"Port":80.5}]""")]
    [InlineData("""[{"Proto":6,"Port":80,"HostIP":7}]""")]
    public void A_published_port_of_another_shape_is_refused_with_what_it_is(string ports) =>
        FluentActions.Invoking(
            () => PublishedPorts.Read(
                new Dictionary<string, JsonElement> { ["com.docker.network.portmap"] = JsonDocument.Parse(ports).RootElement }))
            .Should().Throw<CnmException>().WithMessage("a published port does not have Docker's format: *Nothing was done.");
}
