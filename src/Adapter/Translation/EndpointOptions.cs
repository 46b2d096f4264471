using System.Text.Json;
using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Options of an endpoint, and of a network as defaults of its endpoints: <c>cni.args.KEY</c> and <c>cni.bandwidth.*</c>. The endpoint's
/// option overrides the network's; an empty one removes it. <c>cni.ip</c> and <c>cni.ip6</c> are options of endpoints alone.
/// </summary>
internal static class EndpointOptions
{
    public const string Prefix = "cni.";

    /// <summary>The list of known options, for error texts.</summary>
    public const string Known =
        $"{CniArguments.Prefix}KEY=VALUE (CNI_ARGS), {BandwidthLimits.Prefix}ingress=RATE, {BandwidthLimits.Prefix}egress=RATE, " +
        $"{BandwidthLimits.Prefix}ingress.burst=SIZE, {BandwidthLimits.Prefix}egress.burst=SIZE";

    public static bool IsKnown(string option) =>
        option.StartsWith(CniArguments.Prefix, StringComparison.Ordinal) || BandwidthLimits.Options.Contains(option);

    /// <summary>Checks a network's defaults at `docker network create`, as far as that is possible without an endpoint.</summary>
    /// <exception cref="CnmException">A default that is invalid for every endpoint.</exception>
    public static void Require(IReadOnlyDictionary<string, string> defaults, NetworkConfiguration network)
    {
        if (defaults.FirstOrDefault(option => option.Value.Length == 0).Key is { } empty)
            throw new CnmException($"option -o {empty} needs a value. Omit it to have no default.");

        CniArguments.Parse(defaults);
        BandwidthLimits.Read(defaults, network);
    }

    /// <param name="defaults">The options of the network.</param>
    /// <param name="given">All options of CreateEndpoint.</param>
    /// <returns>The options, sorted by name.</returns>
    /// <exception cref="CnmException">An unknown option with the prefix <c>cni.</c>.</exception>
    public static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> defaults,
        IReadOnlyDictionary<string, JsonElement>? given)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (option, value) in defaults)
            merged[CniArguments.Canonical(option)] = value;

        foreach (var (option, value) in given ?? new Dictionary<string, JsonElement>())
        {
            if (option.StartsWith(Prefix, StringComparison.Ordinal))
                Override(merged, RequireKnown(option), value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
        }

        return merged;
    }

    // `docker run --network name=...,driver-opt=...` may lower-case options, depending on its version, so an endpoint's option overrides a
    // default with another case.
    private static void Override(SortedDictionary<string, string> merged, string option, string value)
    {
        option = CniArguments.Canonical(option);
        var name = merged.ContainsKey(option)
            ? option
            : merged.Keys.FirstOrDefault(known => string.Equals(known, option, StringComparison.OrdinalIgnoreCase)) ?? option;
        if (value.Length > 0)
            merged[name] = value;
        else
            merged.Remove(name);
    }

    private static string RequireKnown(string option) => IsKnown(option) || WantedAddresses.Options.Contains(option)
        ? option
        : throw new CnmException(
            $"unknown endpoint option {option}. Known options: {Known}, {string.Join(", ", WantedAddresses.Options)}.");
}
