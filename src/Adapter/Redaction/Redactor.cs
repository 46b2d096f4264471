using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bridge.Adapter.Redaction;

/// <summary>
/// Takes secrets out of what is kept for people: by the names of keys, by their form in texts, and the values found in this way from
/// everything that follows. First <see cref="Learn"/> what has secrets, then redact.
/// </summary>
/// <param name="known">Values that are secret wherever they stand.</param>
internal sealed class Redactor(IEnumerable<string> known)
{
    /// <summary>In the place of a secret.</summary>
    public const string Mark = "(redacted)";

    private const int MaxDepth = 1024; // As deep as CniInvoker reads.

    private static readonly JsonDocumentOptions Reading =
        new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonWriterOptions Compact =
        new() { MaxDepth = MaxDepth, SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Key, string Value)[] Pairs = [("key", "value"), ("name", "value")];

    private readonly KnownSecrets _secrets = new(known);

    /// <summary>Remembers the secrets of a text, JSON or other, so that they are found elsewhere too.</summary>
    public void Learn(string text) => _ = Json(Encoding.UTF8.GetBytes(text)) is null ? SecretTexts.Redact(text, _secrets.AddFound) : "";

    /// <summary>One JSON value without its secrets.</summary>
    /// <param name="utf8">The value. Comments in it are lost.</param>
    /// <param name="indented">For people.</param>
    /// <returns>Null: it is no JSON.</returns>
    public string? Json(ReadOnlyMemory<byte> utf8, bool indented = false)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Reading);
            Learn(document.RootElement, isSecret: false);
            var text = new ArrayBufferWriter<byte>(512);
            using (var writer = new Utf8JsonWriter(text, Compact with { Indented = indented }))
                Write(document.RootElement, writer);

            return Encoding.UTF8.GetString(text.WrittenSpan);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null; // The latter: half of a surrogate pair ("\ud800"), which JSON allows and no text has.
        }
    }

    /// <summary>Any text, JSON too, without its secrets.</summary>
    public string Text(string text) => _secrets.RemoveFrom(SecretTexts.Redact(_secrets.RemoveFrom(text), _secrets.AddFound));

    /// <summary>The value of a key, or <see cref="Mark"/>.</summary>
    public string Value(string key, string value)
    {
        if (!SecretKeys.IsSecret(key) || value.Length == 0 || SecretKeys.IsPath(key, value))
            return Text(value);

        _secrets.Add(value);
        return Mark;
    }

    /// <summary><c>KEY=VALUE;KEY=VALUE</c> without the values of secret keys.</summary>
    public string Arguments(string arguments) => string.Join(';', arguments.Split(';').Select(argument =>
        argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var end
            ? $"{argument[..end]}={Value(argument[..end], argument[(end + 1)..])}"
            : Text(argument)));

    private void Learn(JsonElement value, bool isSecret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var named = NamedSecret(value);
                foreach (var property in value.EnumerateObject())
                    Learn(property.Value, isSecret || IsSecret(property, named));

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    Learn(item, isSecret);

                break;
            case JsonValueKind.String when isSecret:
                _secrets.Add(value.GetString()!);
                break;
            case JsonValueKind.Number when isSecret:
                _secrets.Add(value.GetRawText());
                break;
            default:
                break;
        }
    }

    private void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, writer);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(item, writer);

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(JsonWithin(value.GetString()!) ?? Text(value.GetString()!));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    // A configuration as a text in another one.
    private string? JsonWithin(string text) => text is ['{' or '[', ..] ? Json(Encoding.UTF8.GetBytes(text)) : null;

    private void WriteObject(JsonElement value, Utf8JsonWriter writer)
    {
        var named = NamedSecret(value);
        writer.WriteStartObject();
        foreach (var property in value.EnumerateObject())
        {
            writer.WritePropertyName(_secrets.RemoveFrom(property.Name));
            if (IsSecret(property, named))
                writer.WriteStringValue(Mark);
            else
                Write(property.Value, writer);
        }

        writer.WriteEndObject();
    }

    // {"key": "TOKEN", "value": "…"}: the name of the secret is a value.
    private static string? NamedSecret(JsonElement value)
    {
        foreach (var (key, secret) in Pairs)
        {
            if (Find(value, key) is { Value.ValueKind: JsonValueKind.String } name && Find(value, secret) is not null)
                return SecretKeys.IsSecret(name.Value.GetString()!) ? secret : "";
        }

        return null;
    }

    private static JsonProperty? Find(JsonElement value, string name)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                return property;
        }

        return null;
    }

    private static bool IsSecret(JsonProperty property, string? named) => property.Value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => false,
        _ when named is not null && string.Equals(property.Name, "key", StringComparison.OrdinalIgnoreCase) => false,
        _ when named is { Length: > 0 } && string.Equals(property.Name, named, StringComparison.OrdinalIgnoreCase) => true,
        JsonValueKind.String => property.Value.GetString() is { Length: > 0 } text && SecretKeys.IsSecret(property.Name)
            && !SecretKeys.IsPath(property.Name, text),
        _ => SecretKeys.IsSecret(property.Name),
    };
}
