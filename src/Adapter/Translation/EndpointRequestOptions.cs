using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// The options of a CreateEndpoint request as CNI_ARGS and capability arguments, the same for every later run.
/// </summary>
/// <param name="Addresses">CIDR addresses that were chosen before the chain runs; the chain's result must contain them.</param>
/// <param name="Mac">The MAC that the user requested, or Docker chose.</param>
/// <param name="Sysctls">Sysctls of the interface, set once it is in the container.</param>
/// <param name="InterfaceName">The interface name that the user requested for the container; null for the next free one.</param>
internal sealed record EndpointRequestOptions(
    IReadOnlyList<CniArgument> Arguments,
    JsonObject Capabilities,
    IReadOnlyList<string> Addresses,
    PhysicalAddress? Mac,
    IReadOnlyList<RequestedPort> Ports,
    IReadOnlyList<InterfaceSysctl> Sysctls,
    string? InterfaceName)
{
    /// <summary>Addresses that the user requested and Docker does not know, without prefix length.</summary>
    public IReadOnlyList<string> Wanted { get; init; } = [];

    private const string NameServersOption = "com.docker.network.endpoint.dnsservers";

    /// <summary>Reads (1) the options that cnm-cni itself handles, (2) the capability arguments, (3) CNI_ARGS.</summary>
    /// <param name="request">The request.</param>
    /// <param name="network">The configuration that its plugins get.</param>
    /// <param name="record">The Docker network.</param>
    /// <param name="facts">Values for placeholders in options.</param>
    /// <param name="dockerTakesNames">Docker takes the interface's name from the answer to Join.</param>
    /// <exception cref="CnmException">CNI has no way to pass an option to the plugins of this network.</exception>
    public static EndpointRequestOptions Read(
        CreateEndpointRequest request, NetworkConfiguration network, NetworkRecord record, EndpointFacts facts,
        bool dockerTakesNames = false)
    {
        EndpointSysctls.RequireUnsplit(request.Options?.Keys ?? []);
        var mac = ReadMac(request.Interface?.MacAddress); // (1)
        var macText = mac is null ? null : MacAddress.Format(mac);
        var addresses = AddressesOf(request);
        var options = EndpointOptions.Merge(record.EndpointDefaults, request.Options);

        var wanted = WantedAddresses.Read(options, record.Ipam);

        // The cni IPAM has reserved the addresses already: plugins would take them for a second request.
        string[] requested = record.Ipam == IpamMode.Cni ? [] : [.. addresses, .. wanted];
        var capabilities = ReadCapabilities(request, network, macText, requested); // (2)
        if (BandwidthLimits.Read(options, network) is { } limits)
            capabilities[BandwidthLimits.Capability] = limits;

        var hint = record.Ipam == IpamMode.Cni ? "" : "It is known before the plugins run only if Docker or --ipam-driver cni chose it.";
        IEnumerable<CniArgument> arguments = // (3)
        [
            .. macText is null ? [] : new[] { new CniArgument("MAC", macText) },
            .. RequestByArgument(requested, network),
            .. CniArguments.Read(options, facts.Values(network.Name, macText, addresses.Select(Cidr.BeforePrefix)), hint),
        ];
        return new EndpointRequestOptions(
            [.. arguments], capabilities, addresses, mac, PublishedPorts.Read(request.Options),
            EndpointSysctls.Parse(Text(request, EndpointSysctls.Option) ?? ""),
            InterfaceNames.Requested(Text(request, InterfaceNames.NameOption), record.Attach, dockerTakesNames))
        {
            Wanted = [.. wanted.Select(text => $"{Cidr.AddressIn(text)}")],
        };
    }

    /// <summary>The addresses that Docker has chosen already, in CIDR notation, IPv4 first.</summary>
    /// <exception cref="CnmException">An address that a plugin could not read, neither at ADD nor at DEL.</exception>
    public static string[] AddressesOf(CreateEndpointRequest request) =>
        [.. new[] { request.Interface?.Address, request.Interface?.AddressIPv6 }.OfType<string>().Where(text => text.Length > 0)
            .Select(RequireAddress)];

    private static string RequireAddress(string text) => Cidr.TryParse(text, out var cidr) && IsPlain(Cidr.BeforePrefix(text), cidr.Address)
        ? text
        : throw new CnmException($"\"{text}\" is not an address with its prefix length, as in 10.88.0.5/16. Nothing was done.");

    // .NET accepts 10.88.5, [::1] and scope ids; the plugins' parser (Go's net.ParseCIDR) does not.
    private static bool IsPlain(string text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.ToString() == text
        : text.All(letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.');

    private static JsonObject ReadCapabilities(CreateEndpointRequest request, NetworkConfiguration network, string? mac, string[] requested)
    {
        var capabilities = new JsonObject();
        if (mac is not null && Declares(network, "mac"))
            capabilities["mac"] = mac;

        if (requested.Length > 0 && Declares(network, "ips"))
            capabilities["ips"] = ToArray(requested);

        // Docker itself resolves names in the container, so nothing is lost if no plugin takes the servers.
        if (NameServers(request) is { Length: > 0 } servers && Declares(network, "dns"))
            capabilities["dns"] = new JsonObject { ["servers"] = ToArray(servers) };

        return capabilities;
    }

    // The capability if a plugin declares it; otherwise the key of CNI_ARGS that the stock IPAM plugins read. Never both: host-local would
    // take them for two requests.
    private static IEnumerable<CniArgument> RequestByArgument(string[] requested, NetworkConfiguration network) => requested switch
    {
        _ when requested.Length == 0 || Declares(network, "ips") => [],
        [var only] => [new CniArgument("IP", Cidr.BeforePrefix(only))],
        _ => throw new CnmException(
            $"CNI network \"{network.Name}\" can assign only one requested address, because none of its plugins declares the capability " +
            $"\"ips\", and {string.Join(" and ", requested)} are requested. Use --ipam-driver null, and request at most one."),
    };

    private static JsonArray ToArray(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);

    private static string? Text(CreateEndpointRequest request, string option) =>
        request.Options is not null && request.Options.TryGetValue(option, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string[] NameServers(CreateEndpointRequest request) =>
        request.Options is not null && request.Options.TryGetValue(NameServersOption, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(server => server.ValueKind == JsonValueKind.String).Select(server => server.GetString()!)]
            : [];

    private static bool Declares(NetworkConfiguration network, string capability) =>
        network.Plugins.Any(plugin => plugin.Capabilities.Contains(capability));

    private static PhysicalAddress? ReadMac(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;

        return PhysicalAddress.TryParse(text, out var mac) && mac.GetAddressBytes().Length == 6
            ? mac
            : throw new CnmException($"MAC address \"{text}\" is not six bytes in hexadecimal, as in 02:42:ac:11:00:02.");
    }
}

/// <summary>
/// Docker's endpoint option for sysctls: <c>net.ipv4.conf.IFNAME.rp_filter=2,net.ipv6.conf.IFNAME.accept_ra=0</c>. Engines before 27 pass
/// it on unchecked, so cnm-cni checks it, and sets the sysctls once the interface has arrived.
/// </summary>
internal static class EndpointSysctls
{
    public const string Option = "com.docker.network.endpoint.sysctls";

    private const string Root = "net.";
    private const string Placeholder = "IFNAME";

    /// <summary>
    /// The docker command line splits the value of <c>--driver-opt</c> at commas, so the second sysctl becomes an option of its own.
    /// </summary>
    /// <exception cref="CnmException">There is such an option.</exception>
    public static void RequireUnsplit(IEnumerable<string> options)
    {
        if (options.FirstOrDefault(option => option.StartsWith(Root, StringComparison.Ordinal)) is { } split)
        {
            throw new CnmException(
                $"unknown endpoint option {split}. Several sysctls are one option, quoted for the docker command line: " +
                $"--driver-opt '\"{Option}=net.ipv4.conf.{Placeholder}.rp_filter=2,net.ipv4.conf.{Placeholder}.log_martians=1\"' (double " +
                "quotes within single quotes).");
        }
    }

    /// <exception cref="CnmException">A setting is not a sysctl of the endpoint's own interface.</exception>
    public static IReadOnlyList<InterfaceSysctl> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static InterfaceSysctl ParseOne(string setting)
    {
        var (key, value) = setting.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (setting, "");
        return value.Length > 0 && !value.Any(char.IsControl)
            && key.Split('.') is ["net", "ipv4" or "ipv6" or "mpls", "conf" or "neigh", var placeholder, var name] parts
            && string.Equals(placeholder, Placeholder, StringComparison.OrdinalIgnoreCase)
            && name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
                ? new InterfaceSysctl(parts[1], parts[2], name, value)
                : throw new CnmException(
                    $"endpoint option {Option}: \"{setting}\" is not a setting of the endpoint's own interface, as in " +
                    $"net.ipv4.conf.{Placeholder}.rp_filter=2 (net., ipv4, ipv6 or mpls, conf or neigh, the word {Placeholder}, a name). " +
                    "For other sysctls use docker run --sysctl.");
    }
}
