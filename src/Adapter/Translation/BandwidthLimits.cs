using System.Globalization;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Options <c>cni.bandwidth.*</c>, which become the capability <c>bandwidth</c>. Ingress is what the container receives, egress what it
/// sends. The default burst is 100 ms of the rate, at least 128 KiB.
/// </summary>
internal static class BandwidthLimits
{
    public const string Prefix = "cni.bandwidth.";

    public const string Capability = "bandwidth";

    private const string StockPlugin = "bandwidth";

    private const long LowestRate = 8_000;
    private const long HighestRate = 100_000_000_000;
    private const long UsualBurst = 128 * 1024 * 8;
    private const long LargestBurst = 4_000_000_000;

    // A bucket smaller than a packet blocks all traffic (tc-tbf(8), burst).
    private const long SmallestBurst = 2048 * 8;

    // The kernel stores a bucket as its fill time, in 32 bits of 64 ns (include/net/pkt_sched.h, PSCHED_SHIFT).
    private const long LongestBurstInSeconds = 250;

    private static readonly string[] Directions = ["ingress", "egress"];

    private static readonly string[] StockFields = ["ingressRate", "ingressBurst", "egressRate", "egressBurst", "shapedSubnets",
        "unshapedSubnets"];

    public static IReadOnlySet<string> Options { get; } =
        Directions.SelectMany(direction => new[] { RateOption(direction), BurstOption(direction) }).ToHashSet(StringComparer.Ordinal);

    /// <returns>The capability's value; null without limits. Other options are ignored.</returns>
    /// <exception cref="CnmException">An invalid limit, or none of the network's plugins enforces limits.</exception>
    public static JsonObject? Read(IReadOnlyDictionary<string, string> options, NetworkConfiguration network)
    {
        var limits = new JsonObject();
        foreach (var direction in Directions)
        {
            var rateText = options.GetValueOrDefault(RateOption(direction));
            var burstText = options.GetValueOrDefault(BurstOption(direction));
            if (rateText is not null)
            {
                var rate = Within(RateOption(direction), rateText, DataQuantity.Rate(RateOption(direction), rateText), LowestRate, "8kbit",
                    HighestRate, "100gbit");
                limits[direction + "Rate"] = rate;
                limits[direction + "Burst"] = burstText is null
                    ? Math.Clamp(rate / 10, UsualBurst, LargestBurst)
                    : Burst(BurstOption(direction), burstText, rate);
            }
            else if (burstText is not null)
            {
                throw new CnmException($"option {BurstOption(direction)} needs the option {RateOption(direction)}, which is missing.");
            }
        }

        if (limits.Count == 0)
            return null;

        RequirePlugin(network);
        return limits;
    }

    /// <summary>
    /// The stock plugin without limits: its ADD does nothing, and its CHECK crashes (plugins/plugins/meta/bandwidth/main.go).
    /// </summary>
    /// <param name="plugin">A plugin of a chain.</param>
    /// <param name="isLimited">The endpoint has the capability argument.</param>
    public static bool IsIdle(PluginConfiguration plugin, bool isLimited) =>
        plugin.Type == StockPlugin && !IsFixed(plugin) && !(isLimited && plugin.Capabilities.Contains(Capability));

    private static string RateOption(string direction) => Prefix + direction;

    private static string BurstOption(string direction) => Prefix + direction + ".burst";

    private static long Burst(string option, string text, long rate)
    {
        var burst = Within(option, text, DataQuantity.Amount(option, text), SmallestBurst, "2kibyte", LargestBurst, "4gbit");
        return burst <= rate * LongestBurstInSeconds
            ? burst
            : throw new CnmException(
                $"option {option}={text} is more than {LongestBurstInSeconds} s of the rate, which is the kernel's maximum. " +
                "Choose a smaller burst or a higher rate.");
    }

    private static long Within(string option, string text, long bits, long least, string leastText, long most, string mostText) =>
        bits >= least && bits <= most
            ? bits
            : throw new CnmException($"option {option}={text} is out of range: {leastText} to {mostText} is allowed.");

    private static void RequirePlugin(NetworkConfiguration network)
    {
        var plugins = network.Plugins.Where(plugin => plugin.Capabilities.Contains(Capability)).ToArray();
        if (plugins.Length == 0)
        {
            throw new CnmException(
                $"bandwidth cannot be limited on CNI network \"{network.Name}\": none of its plugins has the capability " +
                $"\"{Capability}\". Add {{\"type\": \"bandwidth\", \"capabilities\": {{\"bandwidth\": true}}}} to the plugins in " +
                $"{network.Source}, or omit {Prefix}*.");
        }

        if (plugins.All(plugin => plugin.Type == StockPlugin && IsFixed(plugin)))
        {
            throw new CnmException(
                $"bandwidth cannot be chosen on CNI network \"{network.Name}\": its plugin {StockPlugin} has limits of its own in " +
                $"{network.Source}, which override the options. Remove them there, or omit {Prefix}*.");
        }
    }

    // It uses the capability only without limits in its own configuration (plugins/plugins/meta/bandwidth/main.go, getBandwidth).
    private static bool IsFixed(PluginConfiguration stock) =>
        stock.Json.Any(field => StockFields.Contains(field.Key, StringComparer.OrdinalIgnoreCase));
}

/// <summary>
/// Rates and amounts of data: <c>10mbit</c>, <c>1.5Gbit/s</c>, <c>2mbyte</c>, <c>256kibyte</c>, or a plain number of bits.
/// Case-insensitive, because the docker command line may change the case; units that differ only by case (kb and kB) are therefore refused.
/// </summary>
internal static class DataQuantity
{
    private const string PerSecond = "/s";

    // Far above any link's rate, and far below an overflow.
    private const decimal Largest = 1_000_000_000_000_000_000;

    private static readonly (string Prefix, decimal Size)[] Prefixes =
    [
        ("", 1), ("k", 1e3m), ("m", 1e6m), ("g", 1e9m), ("t", 1e12m), ("ki", 1L << 10), ("mi", 1L << 20), ("gi", 1L << 30),
            ("ti", 1L << 40),
    ];

    /// <returns>Bits per second.</returns>
    /// <exception cref="CnmException">The text is not a rate.</exception>
    public static long Rate(string option, string text) => Bits(option, text, isRate: true);

    /// <returns>Bits.</returns>
    /// <exception cref="CnmException">The text is not an amount of data.</exception>
    public static long Amount(string option, string text) => Bits(option, text, isRate: false);

    private static long Bits(string option, string text, bool isRate)
    {
        var digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        var unit = text[digits..].Trim().ToLowerInvariant();
        if (isRate && unit.EndsWith(PerSecond, StringComparison.Ordinal))
            unit = unit[..^PerSecond.Length];

        var isNumber = decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number);
        if (isNumber && SizeOf(unit) is { } size && number <= Largest / size)
            return (long)(number * size);

        var prefixes = Prefixes.Select(known => known.Prefix).ToArray();
        throw new CnmException(isNumber && prefixes.Any(prefix => unit == prefix + "b" || unit == prefix + "bps")
            ? $"option {option}: the unit of \"{text}\" is ambiguous, bits or bytes. Write bit or byte, " +
                $"as in {(isRate ? "10mbit or 2mbyte" : "1mbit or 256kibyte")}."
            : $"option {option}: \"{text}\" is not {(isRate ? "a rate" : "an amount of data")}. " +
              $"Write a number and bit or byte, as in {(isRate ? "10mbit, 1.5gbit/s or 2mbyte" : "1mbit or 256kibyte")}; " +
              "a number alone is in bits.");
    }

    /// <summary>In bits; null for an unknown unit.</summary>
    private static decimal? SizeOf(string unit) => unit.Length == 0
        ? 1
        : Prefixes.Select(known =>
            unit == known.Prefix + "bit" ? known.Size : unit == known.Prefix + "byte" ? known.Size * 8 : (decimal?)null)
            .FirstOrDefault(size => size is not null);
}
