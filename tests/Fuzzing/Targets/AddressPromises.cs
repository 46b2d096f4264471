using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>
/// Addresses are in the plain spelling that plugins and the kernel understand too: nothing octal, shortened, bracketed or zoned is taken
/// for another address.
/// </summary>
internal static class AddressPromises
{
    private static readonly SearchValues<char> PlainIpv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static void Require(CniResult result)
    {
        if (CniResultConversion.ShapeOf(result.CniVersion) == ResultShape.PerIpVersion)
            return; // Read through the same lists.

        foreach (var (ip, written) in result.Ips.Zip(Objects(result, "ips")))
        {
            RequirePlain(ip.Address, written["address"]);
            RequirePlain(ip.Gateway, written["gateway"]);
        }

        foreach (var (route, written) in result.Routes.Zip(Objects(result, "routes")))
            RequirePlain(route.Gateway, written["gw"]);
    }

    private static JsonObject[] Objects(CniResult result, string key) => [.. (result.Json[key] as JsonArray ?? []).Cast<JsonObject>()];

    private static void RequirePlain(IPAddress? address, JsonNode? written)
    {
        var text = written?.GetValue<string>() ?? "";
        var parts = text.Split('/');
        var isPlain = address?.AddressFamily switch
        {
            null => text.Length == 0,
            AddressFamily.InterNetwork => parts[0] == address.ToString(),
            _ => !parts[0].AsSpan().ContainsAnyExcept(PlainIpv6),
        };
        var hasPlainLength = parts is [_] or [_, { Length: > 0 }] && parts.Skip(1).All(length => length.All(char.IsAsciiDigit));
        Promise.That(isPlain && hasPlainLength, "An address is understood only in its plain spelling.", $"\"{text}\" as {address}");
    }
}
