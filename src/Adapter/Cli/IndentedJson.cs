using System.Text;
using System.Text.Json;

namespace Bridge.Adapter.Cli;

/// <summary>JSON for people, however deep.</summary>
internal static class IndentedJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, MaxDepth = 1024, SkipValidation = true };

    public static string Of(JsonElement json)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Options))
            json.WriteTo(writer);

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
