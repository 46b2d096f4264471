using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>The result of ADD (SPEC §5, "ADD Success"). Immutable. The typed properties read the same for every version; <see cref="Json"/>
/// is what the plugin wrote, at most 4 MiB of it.</summary>
public sealed class CniResult
{
    private const string VersionKey = "cniVersion";

    // A result is remembered, and handed on, as a field of something.
    private const int LevelsAround = 1;

    // As a tree, which every operation needs for a while, it is ten times as large.
    private const int MaximumBytes = 4 * 1024 * 1024;

    // As the plugin wrote it, with its version named. A result is kept for as long as its container lives, so it is kept small.
    private readonly byte[] _utf8Json;

    private CniResult(JsonObject text, string version)
    {
        _utf8Json = JsonText.Write(text);
        CniVersion = version;
        var lists = CniResultConversion.FamilyOf(version) == ResultFamily.PerIpVersion
            ? CniResultConversion.Convert(text, version, SpecVersion.Known[^1])
            : text;
        Interfaces = [.. ResultField.Objects(lists, "interfaces").Select(ReadInterface)];
        Ips = [.. ResultField.Objects(lists, "ips").Select(ReadIp)];
        Routes = [.. ResultField.Objects(lists, "routes").Select(ReadRoute)];
        Dns = ReadDns(ResultField.Object(lists, "dns") ?? []);
    }

    /// <summary>The version in which the result is written.</summary>
    public string CniVersion { get; }

    /// <summary>The interfaces that were made or used, on the host and in the container. Empty up to 0.2.0.</summary>
    public IReadOnlyList<CniInterface> Interfaces { get; }

    /// <summary>The addresses of the container.</summary>
    public IReadOnlyList<CniIp> Ips { get; }

    /// <summary>The routes in the container.</summary>
    public IReadOnlyList<CniRoute> Routes { get; }

    /// <summary>How names are to be resolved.</summary>
    public CniDns Dns { get; }

    /// <summary>
    /// A copy of the result as the plugin wrote it, with fields that nobody knows, and always with <c>cniVersion</c>. Known fields have the specification's
    /// letter case, whatever the plugin's was.
    /// </summary>
    public JsonObject Json => (JsonObject)JsonText.Parse(_utf8Json)!;

    /// <summary>Reads a result. <c>null</c> is an empty one.</summary>
    /// <param name="utf8Json">Exactly one JSON value.</param>
    /// <param name="defaultVersion">The version of a result that does not name one: the network's.</param>
    /// <exception cref="CniException">Code 6: it is not a result, or is larger than 4 MiB. Code 1: its version is unknown.</exception>
    public static CniResult Parse(ReadOnlyMemory<byte> utf8Json, string defaultVersion)
    {
        var text = JsonText.Trim(utf8Json.Span);
        if (text.Length > MaximumBytes)
            throw new CniException(CniErrorCode.DecodingFailure, $"the result has {text.Length} bytes, and may have {MaximumBytes}");

        try
        {
            return JsonText.Parse(utf8Json.Span, LevelsAround) switch
            {
                null => Read([], defaultVersion),
                JsonObject json => Read(json, defaultVersion),
                _ => throw new CniException(CniErrorCode.DecodingFailure, "the result is not a JSON object"),
            };
        }
        catch (JsonException invalid)
        {
            throw new CniException(
                CniErrorCode.DecodingFailure,
                $"the result is not JSON (line {invalid.LineNumber + 1}): {JsonSyntaxError.Describe(invalid, utf8Json.Span)}",
                details: null,
                invalid);
        }
    }

    /// <summary>Takes a result that is there as JSON already; a copy is made.</summary>
    /// <inheritdoc cref="Parse"/>
    public static CniResult FromJson(JsonObject json, string defaultVersion) => Parse(JsonText.Write(json), defaultVersion);

    /// <summary>
    /// The same result in another version. Where both versions have the same shape nothing is lost; older shapes have no place for some
    /// fields.
    /// </summary>
    /// <exception cref="CniException">Code 1: the version is unknown, or cannot express the result.</exception>
    public CniResult ConvertTo(string version)
    {
        RequireKnown(version);
        return version == CniVersion ? this : new CniResult(CniResultConversion.Convert(Json, CniVersion, version), version);
    }

    /// <summary>The container's interface of that name, wherever in the list it stands; null when the plugins did not list it.</summary>
    public CniInterface? ContainerInterface(string interfaceName) =>
        Interfaces.FirstOrDefault(candidate => candidate.Name == interfaceName && candidate.Sandbox is not null);

    /// <summary>A result of plugins that had nothing to say.</summary>
    internal static CniResult Empty(string version) => Read([], version);

    private static CniResult Read(JsonObject json, string defaultVersion)
    {
        var isNamed = json[VersionKey] is JsonValue value && value.TryGetValue(out string? named) && named.Length > 0;
        var version = isNamed ? (string)json[VersionKey]! : defaultVersion;
        RequireKnown(version);
        ResultShape.Straighten(json, CniResultConversion.FamilyOf(version), isInOrder: !isNamed);
        json[VersionKey] = version;
        return new CniResult(json, version);
    }

    private static void RequireKnown(string version)
    {
        if (!SpecVersion.IsKnown(version))
        {
            throw new CniException(
                CniErrorCode.IncompatibleVersion,
                $"results of version \"{version}\" are not known; known are {string.Join(", ", SpecVersion.Known)}");
        }
    }

    private static CniInterface ReadInterface(JsonObject json) => new(
        ResultField.Text(json, "name") ?? "",
        ResultField.Text(json, "mac"),
        ResultField.Text(json, "sandbox"),
        ResultField.Number(json, "mtu"))
    {
        SocketPath = ResultField.Text(json, "socketPath"),
        PciId = ResultField.Text(json, "pciID"),
    };

    private static CniIp ReadIp(JsonObject json)
    {
        var (address, prefixLength) = ResultField.Cidr(json, "address");
        return new CniIp(address, prefixLength, ResultField.Address(json, "gateway"), ResultField.Number(json, "interface"));
    }

    private static CniRoute ReadRoute(JsonObject json)
    {
        var (address, prefixLength) = ResultField.Cidr(json, "dst");
        return new CniRoute(
            Network(address, prefixLength),
            ResultField.Address(json, "gw"),
            ResultField.Number(json, "mtu"),
            ResultField.Number(json, "priority"),
            ResultField.Number(json, "table"),
            ResultField.Number(json, "scope"),
            ResultField.Number(json, "advmss"));
    }

    private static IPNetwork Network(IPAddress address, int prefixLength)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));

        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }

    private static CniDns ReadDns(JsonObject json) => new(
        ResultField.Texts(json, "nameservers"),
        ResultField.Text(json, "domain"),
        ResultField.Texts(json, "search"),
        ResultField.Texts(json, "options"));
}
