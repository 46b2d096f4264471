using System.Text;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Advice;

/// <summary>A configuration file as advice reads it: whatever can be understood of it, also where no network can be made of it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">Its text; empty where it cannot be read.</param>
/// <param name="Json">Its object; null where it has none.</param>
internal sealed record NetworkFile(string Path, string Text, JsonObject? Json)
{
    // Far more than anybody writes. Longer ones may still be networks, and have no notes.
    private const int Longest = 64 * 1024;

    /// <summary>The text begins with a byte order mark.</summary>
    public bool HasByteOrderMark { get; private init; }

    public string? Name => Json is null ? null : LenientJson.Text(Json, "name");

    public bool IsList => Json?["plugins"] is JsonArray;

    /// <summary>Its plugins in the order of ADD, without those that they run themselves.</summary>
    public IReadOnlyList<NetworkPlugin> Chain => field ??= Json switch
    {
        null => [],
        { } json when json["plugins"] is JsonArray plugins => NetworkPlugin.OfList(plugins, "$.plugins", runBy: null),
        { } json => json["type"] is null ? [] : [new NetworkPlugin(json, "$", null)],
    };

    /// <summary>All its plugins: each with those that it runs.</summary>
    public IReadOnlyList<NetworkPlugin> Plugins => field ??= [.. Chain.SelectMany(plugin => plugin.WithDelegates())];

    public static NetworkFile Read(string path)
    {
        try
        {
            // Anything but a regular file may block its reader (fifo(7)).
            return LibC.TryStat(path, out var status) && status is { IsRegular: true, stx_size: <= Longest }
                ? Of(path, File.ReadAllBytes(path))
                : new NetworkFile(path, "", null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new NetworkFile(path, "", null); // The reader of networks reports it.
        }
    }

    public static NetworkFile Of(string path, byte[] content)
    {
        var encoding = content switch
        {
            [0xff, 0xfe, ..] => Encoding.Unicode,
            [0xfe, 0xff, ..] => Encoding.BigEndianUnicode,
            _ => Encoding.UTF8,
        };
        var text = encoding.GetString(content).TrimStart('\ufeff');
        return new NetworkFile(path, text, LenientJson.Parse(text))
        {
            HasByteOrderMark = content.AsSpan().StartsWith(Encoding.UTF8.Preamble),
        };
    }

    public Note Error(string message, string? place = null) => Say(Severity.Error, message, place);

    public Note Warning(string message, string? place = null) => Say(Severity.Warning, message, place);

    public Note Remark(string message, string? place = null) => Say(Severity.Note, message, place);

    // The path begins the sentence, as in the errors of a configuration.
    private Note Say(Severity severity, string message, string? place) =>
        new(severity, Path, Name, ErrorText.OneLine(place is null ? message : $"{place} {message}")) { JsonPath = place };
}
