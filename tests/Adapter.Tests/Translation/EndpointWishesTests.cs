using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Adapter.Tests.Translation;

public sealed class EndpointWishesTests
{
    [Fact]
    public void Without_wishes_plugins_are_told_nothing()
    {
        var wishes = EndpointWishes.Read(Request(new EndpointInterface("", "", "")), Conflists.Parse(Conflists.Stock));
        wishes.Arguments.Should().BeEmpty();
        wishes.Capabilities.Should().BeEmpty();
    }

    [Fact]
    public void A_MAC_goes_to_CNI_ARGS_and_to_the_capability_where_it_is_declared()
    {
        var request = Request(new EndpointInterface(MacAddress: "02:AA:bb:cc:dd:ee"));
        EndpointWishes.Read(request, Conflists.Parse(Conflists.Stock)).Arguments.Should().Equal(new CniArgument("MAC", "02:aa:bb:cc:dd:ee"));
        EndpointWishes.Read(request, Conflists.WithCapabilities("mac")).Capabilities.ToJsonString().Should().Be("""{"mac":"02:aa:bb:cc:dd:ee"}""");
    }

    [Fact]
    public void An_address_that_Docker_chose_goes_to_the_ips_capability_or_else_to_CNI_ARGS_but_never_to_both()
    {
        var request = Request(new EndpointInterface("10.88.0.77/16"));
        var declared = EndpointWishes.Read(request, Conflists.WithCapabilities("ips"));
        declared.Capabilities.ToJsonString().Should().Be("""{"ips":["10.88.0.77/16"]}""");
        declared.Arguments.Should().BeEmpty();
        EndpointWishes.Read(request, Conflists.Parse(Conflists.Stock)).Arguments.Should().Equal(new CniArgument("IP", "10.88.0.77"));
    }

    [Fact]
    public void Two_addresses_cannot_be_asked_for_without_the_ips_capability()
    {
        var read = () => EndpointWishes.Read(Request(new EndpointInterface("10.88.0.7/16", "fd00::7/64")), Conflists.Parse(Conflists.Stock));
        read.Should().Throw<CnmException>().WithMessage("CNI network \"pods\" can be asked for one address only*10.88.0.7/16 and fd00::7/64*Use --ipam-driver null.");
    }

    [Fact]
    public void A_MAC_that_is_none_is_refused()
    {
        var read = () => EndpointWishes.Read(Request(new EndpointInterface(MacAddress: "02:aa")), Conflists.Parse(Conflists.Stock));
        read.Should().Throw<CnmException>().WithMessage("MAC address \"02:aa\" is not six bytes*");
    }

    [Fact]
    public void An_unknown_endpoint_option_of_ours_is_refused_and_one_of_Dockers_is_not()
    {
        using var value = JsonDocument.Parse("\"x\"");
        var ours = () => EndpointWishes.Read(Request(null, ("cni.typo", value.RootElement)), Conflists.Parse(Conflists.Stock));
        var dockers = () => EndpointWishes.Read(Request(null, ("com.docker.network.endpoint.dnsservers", value.RootElement)), Conflists.Parse(Conflists.Stock));
        ours.Should().Throw<CnmException>().WithMessage("endpoint option cni.typo is not known to driver cni.");
        dockers.Should().NotThrow();
    }

    private static CreateEndpointRequest Request(EndpointInterface? endpoint, params (string Key, JsonElement Value)[] options) =>
        new("57c2", "9b1b", endpoint, options.ToDictionary(option => option.Key, option => option.Value));
}
