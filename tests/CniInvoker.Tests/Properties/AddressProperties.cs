using System.Globalization;
using System.Net.Sockets;
using CniInvoker.Tests.Properties.Drawn;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

public sealed class AddressProperties
{
    // Addresses, near misses, and texts that other parsers accept as addresses.
    private static readonly Gen<string> Texts = Gen.OneOf(
        JsonGenerators.UpTo(5, Gen.Elements("0", "1", "10", "010", "255", "256", "0x1", " ", "")).Select(parts => string.Join('.', parts)),
        JsonGenerators.UpTo(8, Gen.Elements("0", "1", "fd00", "00ff", "12345", "", "", "%1", "]", "10.0.0.1")).Select(
            parts => string.Join(':', parts)),
        Gen.Elements("[fd00::1]", "[fd00::1]:80", "fd00::1%eth0", "fd00::1/64", "::ffff:10.0.0.1"));

    private static readonly Gen<string> Lengths = Gen.Elements("0", "8", "32", "33", "128", "129", "", " 8", "+8", "-1", "1e1", "8/8");

    [Property(MaxTest = 500)]
    public Property An_address_is_read_as_it_is_written_or_refused() => Prop.ForAll(Arb.From(Texts), Arb.From(Lengths), (address, length) =>
    {
        var json =
            new Json.Fields([new("ips", new Json.Items([new Json.Fields([new("address", new Json.Words($"{address}/{length}"))])]))]);
        CniIp ip;
        try
        {
            ip = CniResult.Parse(json.Utf8, "1.0.0").Ips.Single();
        }
        catch (CniException refusal) when (refusal.Code == CniErrorCode.DecodingFailure)
        {
            return;
        }

        ip.PrefixLength.ToString(CultureInfo.InvariantCulture).Should().Be(length);
        if (ip.Address.AddressFamily == AddressFamily.InterNetwork)
            ip.Address.ToString().Should().Be(address);
        else
            address.Should().MatchRegex("^[0-9a-f:.]+$").And.Contain(":");
    });
}
