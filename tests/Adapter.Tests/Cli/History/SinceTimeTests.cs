using Bridge.Adapter.Cli.History;

namespace Bridge.Adapter.Tests.Cli.History;

/// <summary>Moments as people write them.</summary>
public sealed class SinceTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90s", "2026-01-31T11:58:30Z")]
    [InlineData("10m", "2026-01-31T11:50:00Z")]
    [InlineData("1h30m", "2026-01-31T10:30:00Z")]
    [InlineData("2d", "2026-01-29T12:00:00Z")]
    [InlineData("500ms", "2026-01-31T11:59:59.5Z")]
    [InlineData("2026-01-30", "2026-01-30T00:00:00Z")]
    [InlineData("2026-01-30T08:05", "2026-01-30T08:05:00Z")]
    [InlineData("2026-01-30 08:05", "2026-01-30T08:05:00Z")]
    [InlineData("2026-01-30T08:05:06Z", "2026-01-30T08:05:06Z")]
    [InlineData("2026-01-30T08:05:06.789Z", "2026-01-30T08:05:06.789Z")]
    [InlineData("2026-01-30T08:05:06+02:00", "2026-01-30T06:05:06Z")]
    [InlineData("1769760306", "2026-01-30T08:05:06Z")]
    public void A_duration_and_a_time_are_understood(string text, string time) =>
        SinceTime.Parse(text, Now).Should().Be(DateTimeOffset.Parse(time));

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("10 m")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("m")]
    [InlineData("10m5")]
    [InlineData("10x")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("99999999999999999999h")]
    [InlineData("9999999999999d")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_not(string text) => SinceTime.Parse(text, Now).Should().BeNull();
}
