using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>The addresses under which a record is found, each spelled as the kernel does.</summary>
internal static class RecordAddresses
{
    private static readonly IReadOnlyList<string> ResultFields = ["ips", "ip4", "ip6"];

    public static IEnumerable<string?> Of(ReservationRecord record) => record.KnownAddresses.Select(Text);

    /// <summary>Before the link has been read, also those of the plugins' result.</summary>
    public static IEnumerable<string?> Of(AttachmentRecord record) => record.KnownAddresses.Select(Text)
        .Concat(record is { Snapshot: null, Result: { } result } ? InResult(result.Element) : []);

    private static IEnumerable<string?> InResult(JsonElement result) => result.ValueKind != JsonValueKind.Object ? [] :
        from field in result.EnumerateObject()
        where ResultFields.Contains(field.Name.ToLowerInvariant())
        from text in Texts(field.Value)
        where Cidr.TryParse(text, out _)
        select Text(Cidr.Parse(text));

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(field => Texts(field.Value)),
        _ => [],
    };

    private static string Text(Cidr cidr) => cidr.Address.ToString();
}
