using System.Net;

namespace Bridge.Adapter.Tests;

public sealed class CidrTests
{
    [Theory]
    [InlineData("10.88.0.5", true)]
    [InlineData("10.88.0.5/16", true)]
    [InlineData("fd00::5/64", true)]
    [InlineData("10", false)]
    [InlineData("0x0a580005", false)]
    [InlineData("10.5", false)]
    [InlineData("web", false)]
    public void A_person_writes_an_address_as_four_numbers_or_with_colons(string text, bool isAddress) =>
        Cidr.TryWritten(text, out _).Should().Be(isAddress);

    [Theory]
    [InlineData("10.88.0.5/16")]
    [InlineData("0.0.0.0/0")]
    [InlineData("192.0.2.7/32")]
    [InlineData("2001:db8::5/64")]
    [InlineData("fe80::1/128")]
    public void An_address_with_a_prefix_length_is_read_and_written_alike(string text) => Cidr.Parse(text).ToString().Should().Be(text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10.88.0.5")]
    [InlineData("10.88.0.5/")]
    [InlineData("10.88.0.5/33")]
    [InlineData("10.88.0.5/-1")]
    [InlineData("10.88.0.5/+8")]
    [InlineData("10.88.0.5/8/8")]
    [InlineData("2001:db8::5/129")]
    [InlineData("web/24")]
    public void Other_texts_are_refused(string? text) => Cidr.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("10.88.7.5/16", "10.88.0.0/16")]
    [InlineData("10.88.7.5/23", "10.88.6.0/23")]
    [InlineData("10.88.7.5/0", "0.0.0.0/0")]
    [InlineData("2001:db8:0:1::5/63", "2001:db8::/63")]
    public void The_subnet_has_no_host_bits(string text, string subnet) => Cidr.Parse(text).Subnet.ToString().Should().Be(subnet);

    [Theory]
    [InlineData("10.88.7.5/16", "10.88.255.1", true)]
    [InlineData("10.88.7.5/16", "10.89.0.1", false)]
    [InlineData("10.88.7.5/0", "2001:db8::1", false)]
    [InlineData("2001:db8::5/64", "2001:db8::ffff", true)]
    public void It_contains_the_addresses_of_its_subnet(string text, string address, bool expected) =>
        Cidr.Parse(text).Contains(IPAddress.Parse(address)).Should().Be(expected);

    [Theory]
    [InlineData("10.88.0.5/16")]
    [InlineData("10.88.0.5")]
    public void The_address_is_read_with_or_without_a_prefix_length(string text) =>
        Cidr.AddressIn(text).Should().Be(IPAddress.Parse("10.88.0.5"));
}
