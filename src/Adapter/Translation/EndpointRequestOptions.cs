using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// What Docker and the user want of one endpoint, in CNI's words: CNI_ARGS and capability arguments, the same for every later run.
/// </summary>
/// <param name="Addresses">CIDR addresses that were chosen before the chain runs; they must come back in the result.</param>
/// <param name="Mac">The MAC that the user asked for, or Docker chose.</param>
/// <param name="Sysctls">Of the interface, to be set when it is in the container.</param>
/// <param name="InterfaceName">The name in the container that the user asked for; null for the next free one.</param>
internal sealed record EndpointRequestOptions(
    IReadOnlyList<CniArgument> Arguments,
    JsonObject Capabilities,
    IReadOnlyList<string> Addresses,
    PhysicalAddress? Mac,
    IReadOnlyList<RequestedPort> Ports,
    IReadOnlyList<InterfaceSysctl> Sysctls,
    string? InterfaceName)
{
    private const string NameServersOption = "com.docker.network.endpoint.dnsservers";

    /// <summary>(1) What stands for itself. (2) What goes to plugins as capability arguments. (3) What goes to them as CNI_ARGS.</summary>
    /// <exception cref="CnmException">A wish that cannot be put into CNI's words for this network.</exception>
    public static EndpointRequestOptions Read(CreateEndpointRequest request, NetworkConfiguration network, NetworkRecord record, EndpointFacts facts)
    {
        EndpointSysctls.RequireUnsplit(request.Options?.Keys ?? []);
        var mac = ReadMac(request.Interface?.MacAddress); // (1)
        var addresses = AddressesOf(request);
        var options = EndpointOptions.Merge(record.EndpointDefaults, request.Options);
        var imposed = record.Ipam == IpamMode.Cni ? [] : addresses; // The cni IPAM has reserved them: plugins would take them for a second wish.
        var capabilities = ReadCapabilities(request, network, mac, imposed); // (2)
        if (BandwidthLimits.Read(options, network) is { } limits)
            capabilities[BandwidthLimits.Capability] = limits;

        var otherwise = record.Ipam == IpamMode.Cni ? "" : "It is known before the plugins run only where Docker or --ipam-driver cni chose it.";
        IEnumerable<CniArgument> arguments = // (3)
        [
            .. mac is null ? [] : new[] { new CniArgument("MAC", MacText(mac)) },
            .. ImposeByArgument(imposed, network),
            .. CniArguments.Read(options, facts.Values(network.Name, mac is null ? null : MacText(mac), addresses.Select(AddressOf)), otherwise),
        ];
        return new EndpointRequestOptions(
            [.. arguments], capabilities, addresses, mac, PublishedPorts.Read(request.Options),
            EndpointSysctls.Parse(Text(request, EndpointSysctls.Option) ?? ""), InterfaceNames.Requested(Text(request, InterfaceNames.NameOption), record.Attach));
    }

    /// <summary>What Docker has chosen already, in CIDR notation, IPv4 first.</summary>
    /// <exception cref="CnmException">An address that a plugin could not read either, at DEL as little as at ADD.</exception>
    public static string[] AddressesOf(CreateEndpointRequest request) =>
        [.. new[] { request.Interface?.Address, request.Interface?.AddressIPv6 }.OfType<string>().Where(text => text.Length > 0).Select(RequireAddress)];

    private static string RequireAddress(string text) =>
        text.Split('/') is [var address, var bits]
        && IPAddress.TryParse(address, out var parsed) && IsPlain(address, parsed)
        && byte.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= parsed.GetAddressBytes().Length * 8
            ? text
            : throw new CnmException($"address \"{text}\" is not one with its prefix length, as in 10.88.0.5/16. Nothing was done.");

    // 10.88.5 and [::1] are addresses to us and to no plugin; a scope is none of the address.
    private static bool IsPlain(string text, IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : text.All(letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.');

    public static string MacText(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(part => part.ToString("x2")));

    private static JsonObject ReadCapabilities(CreateEndpointRequest request, NetworkConfiguration network, PhysicalAddress? mac, string[] imposed)
    {
        var capabilities = new JsonObject();
        if (mac is not null && Declares(network, "mac"))
            capabilities["mac"] = MacText(mac);

        if (imposed.Length > 0 && Declares(network, "ips"))
            capabilities["ips"] = ToArray(imposed);

        // Docker answers names itself, so where no plugin asks for the servers nothing is lost.
        if (NameServers(request) is { Length: > 0 } servers && Declares(network, "dns"))
            capabilities["dns"] = new JsonObject { ["servers"] = ToArray(servers) };

        return capabilities;
    }

    // A capability where a plugin declares it; else the CNI_ARGS key that the stock IPAM plugins read. Never both: host-local would take
    // them for two wishes.
    private static IEnumerable<CniArgument> ImposeByArgument(string[] imposed, NetworkConfiguration network) => imposed switch
    {
        _ when imposed.Length == 0 || Declares(network, "ips") => [],
        [var only] => [new CniArgument("IP", AddressOf(only))],
        _ => throw new CnmException(
            $"CNI network \"{network.Name}\" can be asked for one address only, since none of its plugins declares the capability \"ips\"; " +
            $"Docker chose {string.Join(" and ", imposed)}. Use --ipam-driver null."),
    };

    private static string AddressOf(string cidr) => cidr.Split('/')[0];

    private static JsonArray ToArray(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);

    private static string? Text(CreateEndpointRequest request, string option) =>
        request.Options is not null && request.Options.TryGetValue(option, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

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
/// it on without a look, so it is checked here, and set by us when the interface has arrived.
/// </summary>
internal static class EndpointSysctls
{
    public const string Option = "com.docker.network.endpoint.sysctls";

    private const string Root = "net.";
    private const string Placeholder = "IFNAME";

    /// <summary>
    /// The docker command line splits what follows <c>--driver-opt</c> at commas, and what would be the second sysctl becomes an option of
    /// its own.
    /// </summary>
    /// <exception cref="CnmException">There is such an option.</exception>
    public static void RequireUnsplit(IEnumerable<string> options)
    {
        if (options.FirstOrDefault(option => option.StartsWith(Root, StringComparison.Ordinal)) is { } split)
        {
            throw new CnmException(
                $"endpoint option {split} is not known to driver cni. Several sysctls are one option, quoted for the docker command line: " +
                $"--driver-opt '\"{Option}=net.ipv4.conf.{Placeholder}.rp_filter=2,net.ipv4.conf.{Placeholder}.log_martians=1\"' (double quotes within single quotes).");
        }
    }

    /// <exception cref="CnmException">Something else than a sysctl of the endpoint's own interface.</exception>
    public static IReadOnlyList<InterfaceSysctl> Parse(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static InterfaceSysctl ParseOne(string setting)
    {
        var (key, value) = setting.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (setting, "");
        return value.Length > 0 && !value.Any(char.IsControl)
            && key.Split('.') is ["net", "ipv4" or "ipv6" or "mpls", "conf" or "neigh", var placeholder, var name] parts
            && string.Equals(placeholder, Placeholder, StringComparison.OrdinalIgnoreCase)
            && name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
                ? new InterfaceSysctl(parts[1], parts[2], name, value)
                : throw new CnmException(
                    $"endpoint option {Option}: \"{setting}\" is not a setting of the endpoint's own interface, " +
                    $"as in net.ipv4.conf.{Placeholder}.rp_filter=2 " +
                    $"(net., ipv4, ipv6 or mpls, conf or neigh, the word {Placeholder}, a name). For others use docker run --sysctl.");
    }
}
