using System.Globalization;
using System.Text.Json.Nodes;

namespace Bridge.Plugin.Tests;

/// <summary>A link as the kernel shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">veth, macvlan…; empty for one that has none.</param>
/// <param name="Mac">In lower case.</param>
/// <param name="Mtu">In bytes.</param>
/// <param name="Flags">UP, PROMISC…</param>
/// <param name="Master">The bridge device that it is a port of, if any.</param>
/// <param name="Addresses">With prefix length, without those that the kernel assigns itself.</param>
public sealed record LinkView(
    string Name, string Kind, string Mac, int Mtu, IReadOnlyList<string> Flags, string? Master, IReadOnlyList<string> Addresses)
{
    /// <param name="json">Of <c>ip -json -details address</c>.</param>
    public static IReadOnlyList<LinkView> ParseAll(string json) =>
        [.. JsonNode.Parse(json)!.AsArray().Select(link => Parse(link!.AsObject()))];

    private static LinkView Parse(JsonObject link) => new(
        (string)link["ifname"]!,
        (string?)link["linkinfo"]?["info_kind"] ?? "",
        (string?)link["address"] ?? "",
        (int)link["mtu"]!,
        [.. link["flags"]!.AsArray().Select(flag => (string)flag!)],
        (string?)link["master"],
        [.. link["addr_info"]!.AsArray().Where(address => (string?)address!["scope"] == "global").Select(Address)]);

    private static string Address(JsonNode? address) =>
        string.Create(CultureInfo.InvariantCulture, $"{(string)address!["local"]!}/{(int)address["prefixlen"]!}");
}
