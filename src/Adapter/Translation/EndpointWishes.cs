using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>What Docker wants of one endpoint, in CNI's words: CNI_ARGS and capability arguments, the same for every later run.</summary>
/// <param name="Addresses">CIDR addresses that Docker's own IPAM chose; they must come back in the result.</param>
/// <param name="Mac">The MAC that the user asked for.</param>
internal sealed record EndpointWishes(
    IReadOnlyList<CniArgument> Arguments,
    JsonObject Capabilities,
    IReadOnlyList<string> Addresses,
    PhysicalAddress? Mac,
    IReadOnlyList<RequestedPort> Ports)
{
    private const string OwnPrefix = "cni.";

    /// <exception cref="CnmException">A wish that cannot be put into CNI's words for this network.</exception>
    public static EndpointWishes Read(CreateEndpointRequest request, NetworkConfiguration network)
    {
        if (request.Options?.Keys.FirstOrDefault(key => key.StartsWith(OwnPrefix, StringComparison.Ordinal)) is { } unknown)
        {
            throw new CnmException($"endpoint option {unknown} is not known to driver cni.");
        }

        var arguments = new List<CniArgument>();
        var capabilities = new JsonObject();
        var mac = ReadMac(request.Interface?.MacAddress);
        if (mac is not null)
        {
            var text = MacText(mac);
            arguments.Add(new CniArgument("MAC", text));
            if (Declares(network, "mac"))
            {
                capabilities["mac"] = text;
            }
        }

        string[] addresses = [.. new[] { request.Interface?.Address, request.Interface?.AddressIPv6 }.OfType<string>().Where(text => text.Length > 0)];
        Impose(addresses, network, arguments, capabilities);
        return new EndpointWishes(arguments, capabilities, addresses, mac, PublishedPorts.Read(request.Options));
    }

    public static string MacText(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(part => part.ToString("x2")));

    // A capability where a plugin declares it; else the CNI_ARGS key that the stock IPAM plugins read. Never both: host-local would take them for two wishes.
    private static void Impose(string[] addresses, NetworkConfiguration network, List<CniArgument> arguments, JsonObject capabilities)
    {
        if (addresses.Length == 0)
        {
            return;
        }

        if (Declares(network, "ips"))
        {
            capabilities["ips"] = new JsonArray([.. addresses.Select(address => (JsonNode)JsonValue.Create(address))]);
        }
        else if (addresses.Length == 1)
        {
            arguments.Add(new CniArgument("IP", addresses[0].Split('/')[0]));
        }
        else
        {
            throw new CnmException(
                $"CNI network \"{network.Name}\" can be asked for one address only, since none of its plugins declares the capability \"ips\"; Docker chose {string.Join(" and ", addresses)}. Use --ipam-driver null.");
        }
    }

    private static bool Declares(NetworkConfiguration network, string capability) =>
        network.Plugins.Any(plugin => plugin.Capabilities.Contains(capability));

    private static PhysicalAddress? ReadMac(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return PhysicalAddress.TryParse(text, out var mac) && mac.GetAddressBytes().Length == 6
            ? mac
            : throw new CnmException($"MAC address \"{text}\" is not six bytes in hexadecimal, as in 02:42:ac:11:00:02.");
    }
}
