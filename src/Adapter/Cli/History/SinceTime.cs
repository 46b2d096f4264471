using System.Globalization;

namespace Bridge.Adapter.Cli.History;

/// <summary>A moment in the past as people write it: how long ago, or when.</summary>
internal static class SinceTime
{
    public const string Expected = "how long ago (90s, 10m, 1h30m, 2d), or a time in UTC (2026-01-31, 2026-01-31T12:00, " +
        "2026-01-31T12:00:00Z, with an offset in place of Z, or seconds since 1970)";

    // The shortest number of seconds that is no other form: 2001 and later.
    private const int LeastUnixDigits = 10;

    private static readonly long LatestUnixTime = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private static readonly (string Unit, TimeSpan Size)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly string[] Forms =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <returns>Null: it is neither.</returns>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (text.Length >= LeastUnixDigits && text.All(char.IsAsciiDigit))
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LatestUnixTime
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }

        if (DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;

        return Duration(text) is { } ago && ago < now - DateTimeOffset.MinValue ? now - ago : null;
    }

    // Numbers, each directly followed by its unit: 1h30m.
    private static TimeSpan? Duration(string text)
    {
        var sum = TimeSpan.Zero;
        for (var at = 0; at < text.Length;)
        {
            var digits = text.Skip(at).TakeWhile(char.IsAsciiDigit).Count();
            var letters = text.Skip(at + digits).TakeWhile(char.IsAsciiLetter).Count();
            var size = Units.FirstOrDefault(unit => unit.Unit == text.Substring(at + digits, letters)).Size;
            if (!long.TryParse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || size == TimeSpan.Zero || count > (TimeSpan.MaxValue - sum) / size)
                return null;

            sum += count * size;
            at += digits + letters;
        }

        return text.Length > 0 ? sum : null;
    }
}
