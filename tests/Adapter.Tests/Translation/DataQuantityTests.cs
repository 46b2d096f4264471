using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class DataQuantityTests
{
    [Theory]
    [InlineData("9600", 9_600)]
    [InlineData("10mbit", 10_000_000)]
    [InlineData("10Mbit/s", 10_000_000)]
    [InlineData("10 MBIT/S", 10_000_000)]
    [InlineData("1.5gbit", 1_500_000_000)]
    [InlineData("100kbit", 100_000)]
    [InlineData("2tbit", 2_000_000_000_000)]
    [InlineData("1gibit", 1_073_741_824)]
    [InlineData("2mbyte", 16_000_000)]
    [InlineData("2MByte/s", 16_000_000)]
    [InlineData("1kibyte", 8_192)]
    [InlineData("300bit", 300)]
    [InlineData("9600/s", 9_600)]
    public void Rates_are_bits_per_second(string text, long bits) => DataQuantity.Rate("cni.bandwidth.ingress", text).Should().Be(bits);

    [Theory]
    [InlineData("1048576", 1_048_576)]
    [InlineData("128kibyte", 1_048_576)]
    [InlineData("1Mbit", 1_000_000)]
    [InlineData("0.5mibit", 524_288)]
    public void Amounts_are_bits(string text, long bits) => DataQuantity.Amount("cni.bandwidth.ingress.burst", text).Should().Be(bits);

    [Theory]
    [InlineData("10MB")]
    [InlineData("10Mb")]
    [InlineData("10mb/s")]
    [InlineData("10mbps")]
    [InlineData("10B")]
    [InlineData("10KiB")]
    public void A_unit_that_differs_from_another_in_letter_case_only_is_refused(string text)
    {
        var read = () => DataQuantity.Rate("cni.bandwidth.ingress", text);
        read.Should().Throw<CnmException>().WithMessage(
            $"option cni.bandwidth.ingress: the unit of \"{text}\" is ambiguous, bits or bytes. Write bit or byte, as in 10mbit or " +
            $"2mbyte.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("mbit")]
    [InlineData("10m")]
    [InlineData("-1mbit")]
    [InlineData("1e6")]
    [InlineData("1,5mbit")]
    [InlineData("1.2.3mbit")]
    [InlineData("9999999999999999999tbit")]
    [InlineData("99999999999999999999999999999999999999bit")]
    public void An_invalid_rate_is_refused(string text)
    {
        var read = () => DataQuantity.Rate("cni.bandwidth.ingress", text);
        read.Should().Throw<CnmException>().WithMessage(
            $"option cni.bandwidth.ingress: \"{text}\" is not a rate. Write a number and bit or byte, as in 10mbit, 1.5gbit/s or 2mbyte; " +
            $"a " +
            $"number alone is in bits.");
    }

    [Fact]
    public void An_amount_is_not_per_second()
    {
        var read = () => DataQuantity.Amount("cni.bandwidth.ingress.burst", "1mbit/s");
        read.Should().Throw<CnmException>().WithMessage("*\"1mbit/s\" is not an amount of data*");
    }
}
