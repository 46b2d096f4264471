using System.Text.Json;
using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Options that an endpoint can be given, and its network for all its endpoints: <c>cni.args.KEY</c> and <c>cni.bandwidth.*</c>. The
/// endpoint's own wins, and an empty one takes the network's away.
/// </summary>
internal static class EndpointOptions
{
    public const string Prefix = "cni.";

    /// <summary>For messages that list what is known.</summary>
    public const string Known =
        $"{CniArguments.Prefix}KEY=VALUE (CNI_ARGS), " +
        $"{BandwidthLimits.Prefix}ingress=RATE, {BandwidthLimits.Prefix}egress=RATE, " +
        $"{BandwidthLimits.Prefix}ingress.burst=SIZE, {BandwidthLimits.Prefix}egress.burst=SIZE";

    public static bool IsKnown(string option) => option.StartsWith(CniArguments.Prefix, StringComparison.Ordinal) || BandwidthLimits.Options.Contains(option);

    /// <summary>
    /// What can be said of a network's defaults before there is an endpoint, so that it is said at `docker network create`.
    /// </summary>
    /// <exception cref="CnmException">A default that no endpoint could be given.</exception>
    public static void Require(IReadOnlyDictionary<string, string> defaults, NetworkConfiguration network)
    {
        if (defaults.FirstOrDefault(option => option.Value.Length == 0).Key is { } empty)
            throw new CnmException($"option -o {empty} needs a value. Leave it out to have no default.");

        CniArguments.Parse(defaults);
        BandwidthLimits.Read(defaults, network);
    }

    /// <param name="defaults">Of the network.</param>
    /// <param name="given">All options of CreateEndpoint.</param>
    /// <returns>In the order of their names.</returns>
    /// <exception cref="CnmException">An option that begins as ours do and is none.</exception>
    public static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> defaults, IReadOnlyDictionary<string, JsonElement>? given)
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

    // `docker run --network name=…,driver-opt=…` lower-cases what it is given, so an endpoint's option may be meant for a default that is
    // spelled otherwise.
    private static void Override(SortedDictionary<string, string> merged, string option, string value)
    {
        option = CniArguments.Canonical(option);
        var name = merged.ContainsKey(option) ? option : merged.Keys.FirstOrDefault(known => string.Equals(known, option, StringComparison.OrdinalIgnoreCase)) ?? option;
        if (value.Length > 0)
            merged[name] = value;
        else
            merged.Remove(name);
    }

    private static string RequireKnown(string option) =>
        IsKnown(option) ? option : throw new CnmException($"endpoint option {option} is not known to driver cni. Known options: {Known}.");
}
