using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Options <c>cni.bandwidth.*</c>, which become the capability <c>bandwidth</c>. Ingress is what the container receives, egress what it sends.
/// A burst that is not given is what 100 ms of the rate are, but at least 128 KiB.
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

    // A bucket that holds less than a packet lets none through.
    private const long SmallestBurst = 2048 * 8;

    // The kernel counts a bucket as the time that it takes to fill, in 32 bits of 64 ns.
    private const long LongestBurstInSeconds = 250;

    private static readonly string[] Directions = ["ingress", "egress"];

    private static readonly string[] StockFields = ["ingressRate", "ingressBurst", "egressRate", "egressBurst", "shapedSubnets", "unshapedSubnets"];

    public static IReadOnlySet<string> Options { get; } =
        Directions.SelectMany(direction => new[] { RateOption(direction), BurstOption(direction) }).ToHashSet(StringComparer.Ordinal);

    /// <returns>The capability's value, from among other options; null when nothing is limited.</returns>
    /// <exception cref="CnmException">A limit that means nothing, or that none of the network's plugins would enforce.</exception>
    public static JsonObject? Read(IReadOnlyDictionary<string, string> options, NetworkConfiguration network)
    {
        var limits = new JsonObject();
        foreach (var direction in Directions)
        {
            var rateText = options.GetValueOrDefault(RateOption(direction));
            var burstText = options.GetValueOrDefault(BurstOption(direction));
            if (rateText is not null)
            {
                var rate = Within(RateOption(direction), rateText, DataQuantity.Rate(RateOption(direction), rateText), LowestRate, "8kbit", HighestRate, "100gbit");
                limits[direction + "Rate"] = rate;
                limits[direction + "Burst"] = burstText is null ? Math.Clamp(rate / 10, UsualBurst, LargestBurst) : Burst(BurstOption(direction), burstText, rate);
            }
            else if (burstText is not null)
            {
                throw new CnmException($"option {BurstOption(direction)} says how far {RateOption(direction)} may be exceeded, " +
                    $"but there is no {RateOption(direction)}.");
            }
        }

        if (limits.Count == 0)
            return null;

        RequirePlugin(network);
        return limits;
    }

    /// <summary>The stock plugin, with nothing to limit: its ADD does nothing then, and its CHECK crashes.</summary>
    /// <param name="plugin">Of a chain.</param>
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
            : throw new CnmException($"option {option}={text} is more than the rate allows in {LongestBurstInSeconds} s, " +
                $"which is as much as the kernel can count. " +
                "Choose a smaller burst or a higher rate.");
    }

    private static long Within(string option, string text, long bits, long least, string leastText, long most, string mostText) =>
        bits >= least && bits <= most ? bits : throw new CnmException($"option {option}={text} is out of range: {leastText} to {mostText} can be set.");

    private static void RequirePlugin(NetworkConfiguration network)
    {
        var plugins = network.Plugins.Where(plugin => plugin.Capabilities.Contains(Capability)).ToArray();
        if (plugins.Length == 0)
        {
            throw new CnmException(
                $"bandwidth cannot be limited on CNI network \"{network.Name}\": none of its plugins has the capability \"{Capability}\". " +
                $"Add {{\"type\": \"bandwidth\", \"capabilities\": {{\"bandwidth\": true}}}} to the plugins in {network.Source}, " +
                $"or leave out {Prefix}*.");
        }

        if (plugins.All(plugin => plugin.Type == StockPlugin && IsFixed(plugin)))
        {
            throw new CnmException(
                $"bandwidth cannot be chosen on CNI network \"{network.Name}\": " +
                $"its plugin {StockPlugin} has limits of its own in {network.Source}, and they win. " +
                $"Take them out there, or leave out {Prefix}*.");
        }
    }

    // It looks at the capability only where its own configuration is silent.
    private static bool IsFixed(PluginConfiguration stock) =>
        stock.Json.Any(field => StockFields.Contains(field.Key, StringComparer.OrdinalIgnoreCase));
}
