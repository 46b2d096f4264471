using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// The result of ADD (SPEC §5 "ADD Success"). Immutable. The typed properties read the same for every version; <see cref="Json"/> is the
/// plugin's text, at most 4 MiB.
/// </summary>
public sealed class CniResult
{
    private const string VersionKey = "cniVersion";

    // Records and requests contain a result as a field.
    private const int LevelsAround = 1;

    // As a tree, which every operation builds, it is ten times as large.
    private const int MaximumBytes = 4 * 1024 * 1024;

    // The plugin's text plus cniVersion. Results live as long as their containers, and text takes less memory than a tree.
    private readonly byte[] _utf8Json;

    private CniResult(JsonObject text, string version)
    {
        _utf8Json = JsonText.Write(text);
        CniVersion = version;
        var lists = CniResultConversion.ShapeOf(version) == ResultShape.PerIpVersion
            ? CniResultConversion.Convert(text, version, SpecVersion.Known[^1])
            : text;
        Interfaces = [.. ResultField.Objects(lists, "interfaces").Select(ReadInterface)];
        Ips = [.. ResultField.Objects(lists, "ips").Select(ReadIp)];
        Routes = [.. ResultField.Objects(lists, "routes").Select(ReadRoute)];
        Dns = ReadDns(ResultField.Object(lists, "dns") ?? []);
    }

    /// <summary>The version of <see cref="Json"/>.</summary>
    public string CniVersion { get; }

    /// <summary>The interfaces that plugins made or used, on the host and in the container. Empty up to 0.2.0.</summary>
    public IReadOnlyList<CniInterface> Interfaces { get; }

    /// <summary>The addresses of the container.</summary>
    public IReadOnlyList<CniIp> Ips { get; }

    /// <summary>The routes in the container.</summary>
    public IReadOnlyList<CniRoute> Routes { get; }

    /// <summary>The name resolution in the container.</summary>
    public CniDns Dns { get; }

    /// <summary>
    /// A copy of the plugin's result, with unknown fields, and always with <c>cniVersion</c>. Known fields have the letter case of the
    /// specification, whatever the plugin's was.
    /// </summary>
    public JsonObject Json => (JsonObject)JsonText.Parse(_utf8Json)!;

    /// <summary>Reads a result. <c>null</c> is an empty one.</summary>
    /// <param name="utf8Json">Exactly one JSON value.</param>
    /// <param name="defaultVersion">The version of a result without one: the network's.</param>
    /// <exception cref="CniException">Code 6: it is not a result, or is larger than 4 MiB. Code 1: its version is unknown.</exception>
    public static CniResult Parse(ReadOnlyMemory<byte> utf8Json, string defaultVersion)
    {
        var text = JsonText.Trim(utf8Json.Span);
        if (text.Length > MaximumBytes)
            throw new CniException(CniErrorCode.DecodingFailure, $"the result has {text.Length} bytes; the limit is {MaximumBytes}");

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

    /// <summary>Reads a result from parsed JSON; makes a copy.</summary>
    /// <inheritdoc cref="Parse"/>
    public static CniResult FromJson(JsonObject json, string defaultVersion) => Parse(JsonText.Write(json), defaultVersion);

    /// <summary>The same result in another version. Nothing is lost between versions of one shape; older shapes lack some fields.</summary>
    /// <exception cref="CniException">Code 1: the version is unknown, or cannot express the result.</exception>
    public CniResult ConvertTo(string version)
    {
        RequireKnown(version);
        return version == CniVersion ? this : new CniResult(CniResultConversion.Convert(Json, CniVersion, version), version);
    }

    /// <summary>The container's interface of that name; null when the plugins did not list it.</summary>
    public CniInterface? ContainerInterface(string interfaceName) =>
        Interfaces.FirstOrDefault(candidate => candidate.Name == interfaceName && candidate.Sandbox is not null);

    /// <summary>The result of a network without plugins.</summary>
    internal static CniResult Empty(string version) => Read([], version);

    private static CniResult Read(JsonObject json, string defaultVersion)
    {
        var isNamed = json[VersionKey] is JsonValue value && value.TryGetValue(out string? named) && named.Length > 0;
        var version = isNamed ? (string)json[VersionKey]! : defaultVersion;
        RequireKnown(version);
        ResultNormalization.Normalize(json, CniResultConversion.ShapeOf(version), isOrdered: !isNamed);
        json[VersionKey] = version;
        return new CniResult(json, version);
    }

    private static void RequireKnown(string version)
    {
        if (!SpecVersion.IsKnown(version))
        {
            throw new CniException(
                CniErrorCode.IncompatibleVersion,
                $"results of version \"{version}\" are not supported; supported are {string.Join(", ", SpecVersion.Known)}");
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

/// <summary>An interface that a plugin made or used.</summary>
/// <param name="Name">Its name in its namespace.</param>
/// <param name="Mac">Its hardware address, as the plugin wrote it.</param>
/// <param name="Sandbox">The path of its network namespace; null for the host's.</param>
/// <param name="Mtu">Its MTU in bytes (from 1.1.0).</param>
public sealed record CniInterface(string Name, string? Mac, string? Sandbox, long? Mtu)
{
    /// <summary>The path of its socket, for an interface that is not a kernel link (from 1.1.0).</summary>
    public string? SocketPath { get; init; }

    /// <summary>The PCI address of its device (from 1.1.0).</summary>
    public string? PciId { get; init; }
}

/// <summary>An address of the container.</summary>
/// <param name="Address">The address with its host bits.</param>
/// <param name="PrefixLength">The subnet's prefix length.</param>
/// <param name="Gateway">The subnet's gateway, if it has one.</param>
/// <param name="InterfaceIndex">The index in <see cref="CniResult.Interfaces"/>; some plugins omit it or give one that does not
/// exist.</param>
public sealed record CniIp(IPAddress Address, int PrefixLength, IPAddress? Gateway, long? InterfaceIndex);

/// <summary>A route inside the container. The numbers have 64 bits as in Go, though the kernel accepts 32.</summary>
/// <param name="Destination">The destination; prefix length 0 for the default route.</param>
/// <param name="Gateway">The next hop; null for the gateway of the address of the same family, if there is one.</param>
/// <param name="Mtu">The path's MTU in bytes (from 1.1.0, as are the following).</param>
/// <param name="Priority">The metric.</param>
/// <param name="Table">The routing table.</param>
/// <param name="Scope">The scope's number.</param>
/// <param name="AdvertisedMss">The advertised MSS in bytes.</param>
public sealed record CniRoute(
    IPNetwork Destination,
    IPAddress? Gateway,
    long? Mtu = null,
    long? Priority = null,
    long? Table = null,
    long? Scope = null,
    long? AdvertisedMss = null);

/// <summary>The name resolution of the container.</summary>
/// <param name="Nameservers">Addresses of name servers, in order of preference.</param>
/// <param name="Domain">The local domain for short names.</param>
/// <param name="Search">Domains to search for short names.</param>
/// <param name="Options">Options for the resolver.</param>
public sealed record CniDns(IReadOnlyList<string> Nameservers, string? Domain, IReadOnlyList<string> Search, IReadOnlyList<string> Options);
