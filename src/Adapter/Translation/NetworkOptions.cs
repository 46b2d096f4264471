using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The options of `docker network create`, checked as far as that is possible without the CNI network.</summary>
/// <param name="CniNetwork">Option <c>cni.network</c>; null without it.</param>
/// <param name="Ipam">Who chooses the addresses.</param>
/// <param name="Pools">The subnets of the IPAM driver; empty with the null IPAM.</param>
internal sealed record NetworkOptions(string? CniNetwork, IpamMode Ipam, IReadOnlyList<IpamData> Pools)
{
    public const string CniNetworkKey = "cni.network";
    public const string AttachKey = "cni.attach";
    public const string WarmKey = "cni.warm";
    public const string ReuseKey = "cni.warm.reuse";

    /// <summary>The name of the IPAM driver's address spaces.</summary>
    public const string CniAddressSpace = "cni";

    private const string Generic = "com.docker.network.generic";
    private const string InternalKey = "com.docker.network.internal";
    private const string IPv6Key = "com.docker.network.enable_ipv6";

    private const string Known =
        $"{CniNetworkKey}=NAME (the CNI network to use), {AttachKey}=staging|sandbox (where its plugins run), " +
        $"{WarmKey}=N (attachments that are made ahead), {ReuseKey}=true|false; " +
        $"and as defaults of its endpoints: {EndpointOptions.Known}";

    /// <summary><c>--internal</c>: no default route for its containers.</summary>
    public bool Internal { get; init; }

    /// <summary><c>--ipv6</c>.</summary>
    public bool IPv6 { get; init; }

    public AttachMode Attach { get; init; }

    /// <summary>How many attachments are made ahead; null: the setting.</summary>
    public int? Warm { get; init; }

    /// <summary>Whether unchanged attachments are used again; null: the setting.</summary>
    public bool? WarmReuse { get; init; }

    /// <summary>
    /// Options of endpoints that do not set them; <see cref="EndpointOptions.Require"/> checks them once the CNI network is known.
    /// </summary>
    public IReadOnlyDictionary<string, string> EndpointDefaults { get; init; } = new Dictionary<string, string>();

    /// <exception cref="CnmException">An option that is unknown or cannot be honoured.</exception>
    public static NetworkOptions Read(CreateNetworkRequest request)
    {
        var options = request.Options ?? new Dictionary<string, JsonElement>();
        bool IsSet(string key) => options.TryGetValue(key, out var flag) && flag.ValueKind == JsonValueKind.True;
        IpamData?[] given = [.. request.IPv4Data ?? [], .. request.IPv6Data ?? []];
        IpamData[] pools = [.. given.Select(pool =>
            pool ?? throw new CnmException("IPv4Data or IPv6Data contains null instead of a pool. Nothing was done."))];
        var ipam = pools.Select(pool => ModeOf(pool.AddressSpace)).FirstOrDefault(IpamMode.Null);
        return Of(Strings(options.TryGetValue(Generic, out var generic) ? generic : default), ipam) with
        {
            Pools = ipam == IpamMode.Null ? [] : pools,
            Internal = IsSet(InternalKey),
            IPv6 = IsSet(IPv6Key),
        };
    }

    /// <summary>From the <c>-o</c> options alone, as Docker also lists them for an existing network.</summary>
    /// <exception cref="CnmException">An option that is unknown or cannot be honoured.</exception>
    public static NetworkOptions Of(IReadOnlyDictionary<string, string> options, IpamMode ipam)
    {
        if (options.Keys.FirstOrDefault(option =>
            option is not (CniNetworkKey or AttachKey or WarmKey or ReuseKey) && !EndpointOptions.IsKnown(option)) is { } unknown)
            throw new CnmException($"unknown option -o {unknown} of driver cni. Known options: {Known}.");

        return new NetworkOptions(ReadCniNetwork(options), ipam, [])
        {
            Attach = ReadAttach(options),
            Warm = ReadWarm(options),
            WarmReuse = ReadReuse(options),
            EndpointDefaults = options.Where(option => EndpointOptions.IsKnown(option.Key)).ToDictionary(),
        };
    }

    /// <summary>The record of the network.</summary>
    public NetworkRecord ToRecord(string networkId, NetworkConfiguration network) =>
        new(networkId, network.Name, Ipam)
        {
            Internal = Internal, IPv6 = IPv6, Attach = Attach, Warm = Warm, WarmReuse = WarmReuse,
            EndpointDefaults = PodIdentity.Complete(EndpointDefaults, network),
        };

    private static IpamMode ModeOf(string? addressSpace) => addressSpace switch
    {
        null or "null" => IpamMode.Null,
        CniAddressSpace => IpamMode.Cni,
        _ => IpamMode.Docker,
    };

    private static Dictionary<string, string> Strings(JsonElement generic) => generic.ValueKind != JsonValueKind.Object
        ? []
        : generic.EnumerateObject()
            .ToDictionary(option => option.Name, option =>
            option.Value.ValueKind == JsonValueKind.String ? option.Value.GetString()! : option.Value.GetRawText());

    private static string? ReadCniNetwork(IReadOnlyDictionary<string, string> options) =>
        options.TryGetValue(CniNetworkKey, out var name) && name.Length == 0
            ? throw new CnmException($"option -o {CniNetworkKey} needs a value: the name of a CNI network, as in -o {CniNetworkKey}=pods.")
            : name;

    private static int? ReadWarm(IReadOnlyDictionary<string, string> options) => options.GetValueOrDefault(WarmKey) switch
    {
        null => null,
        var text when SettingsText.ParseNumber(text) is { } number and <= WarmSettings.Most => number,
        var other => throw new CnmException(
            $"option -o {WarmKey}={other} is not a number from 0 to {WarmSettings.Most}: how many attachments cnm-cni makes before " +
            "containers need them."),
    };

    private static bool? ReadReuse(IReadOnlyDictionary<string, string> options) => options.GetValueOrDefault(ReuseKey) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw new CnmException(
            $"option -o {ReuseKey}={other} is neither true (an attachment whose container has ended serves the next one, if it is " +
            "unchanged) nor false."),
    };

    private static AttachMode ReadAttach(IReadOnlyDictionary<string, string> options) =>
        options.GetValueOrDefault(AttachKey, "staging") switch
    {
        "staging" => AttachMode.Staging,
        "sandbox" => AttachMode.Sandbox,
        var other => throw new CnmException(
            $"option -o {AttachKey}={other} is neither staging (the plugins run in a namespace of cnm-cni, " +
            "and Docker moves the interface into the container; the default) " +
            "nor sandbox (they run in the container's own namespace: Docker 28 or newer, or docker network connect)."),
    };
}
