using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>Addresses are in the plain spelling that plugins and the kernel understand too: nothing octal, shortened, bracketed or zoned is taken for another address.</summary>
internal static class AddressPromises
{
    private static readonly SearchValues<char> PlainIpv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static void Require(CniResult result)
    {
        if (CniResultConversion.FamilyOf(result.CniVersion) == ResultFamily.PerIpVersion)
        {
            return; // Read through the same lists.
        }

        foreach (var (ip, written) in result.Ips.Zip(Objects(result, "ips")))
        {
            RequirePlain($"{ip.Address}/{ip.PrefixLength}", ip.Address, written["address"]);
            RequirePlain(ip.Gateway?.ToString(), ip.Gateway, written["gateway"]);
        }

        foreach (var (route, written) in result.Routes.Zip(Objects(result, "routes")))
        {
            RequirePlain(route.Gateway?.ToString(), route.Gateway, written["gw"]);
        }
    }

    private static JsonObject[] Objects(CniResult result, string key) => [.. (result.Json[key] as JsonArray ?? []).Cast<JsonObject>()];

    private static void RequirePlain(string? plain, IPAddress? address, JsonNode? written)
    {
        var text = written?.GetValue<string>() ?? "";
        var isPlain = address?.AddressFamily switch
        {
            null => text.Length == 0,
            AddressFamily.InterNetwork => text == plain,
            _ => text.Split('/') is [var ip, ..] && !ip.AsSpan().ContainsAnyExcept(PlainIpv6) && text.Split('/').Skip(1).All(length => plain!.EndsWith($"/{length}", StringComparison.Ordinal)),
        };
        Promise.That(isPlain, "An address is understood only in its plain spelling.", $"\"{text}\" as {plain}");
    }
}
