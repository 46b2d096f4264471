using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class WantedAddressesTests
{
    [Theory]
    [InlineData("cni.ip", "10.88.0.9")]
    [InlineData("cni.ip", "10.88.0.9/16")]
    [InlineData("cni.ip6", "fd00:88::9")]
    [InlineData("cni.ip6", "FD00:88::9/64")]
    public void An_address_is_requested_as_it_is_written(string option, string text) =>
        Read(IpamMode.Null, (option, text)).Should().Equal(text);

    [Fact]
    public void IPv4_comes_first() =>
        Read(IpamMode.Null, ("cni.ip6", "fd00:88::9"), ("cni.ip", "10.88.0.9")).Should().Equal("10.88.0.9", "fd00:88::9");

    [Theory]
    [InlineData("cni.ip", "10.88.9")]
    [InlineData("cni.ip", "10.88.0.9/33")]
    [InlineData("cni.ip", "fd00:88::9")]
    [InlineData("cni.ip", "web")]
    [InlineData("cni.ip6", "10.88.0.9")]
    [InlineData("cni.ip6", "fd00:88::9/")]
    public void Anything_else_is_refused_with_an_example(string option, string text)
    {
        var read = () => Read(IpamMode.Null, (option, text));
        read.Should().Throw<CnmException>().WithMessage($"option {option}={text} is not an IPv* address, as in *");
    }

    [Theory]
    [InlineData(IpamMode.Cni)]
    [InlineData(IpamMode.Docker)]
    public void Where_Docker_knows_the_addresses_its_own_options_are_to_be_used(object ipam)
    {
        var read = () => Read((IpamMode)ipam, ("cni.ip", "10.88.0.9"));
        read.Should().Throw<CnmException>().WithMessage("option cni.ip is for networks with --ipam-driver null. Use --ip and --ip6 *");
    }

    private static string[] Read(IpamMode ipam, params IEnumerable<(string Option, string Text)> options) =>
        WantedAddresses.Read(options.ToDictionary(option => option.Option, option => option.Text), ipam);
}
