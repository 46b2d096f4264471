using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.State;

/// <summary>
/// A JSON value in a record: a configuration, capability arguments or a result. Records live as long as their containers, so it is kept as
/// compact text; what is made of the text is kept as long as it is in use. Copies of a record have the same instance.
/// </summary>
[JsonConverter(typeof(RecordedJsonConverter))]
internal sealed class RecordedJson : IEquatable<RecordedJson>
{
    // As deep as CniInvoker reads: every result that it accepts can be recorded.
    private const int MaxDepth = 1024;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth };
    private static readonly JsonWriterOptions Writing = new() { MaxDepth = MaxDepth, SkipValidation = true };

    private readonly byte[] _utf8;
    private WeakReference<object>? _parsed;
    private ChainOrigin? _chain;

    private RecordedJson(byte[] utf8) => _utf8 = utf8;

    /// <summary>The text.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>Parsed anew.</summary>
    public JsonElement Element
    {
        get
        {
            using var document = JsonDocument.Parse(_utf8, Reading);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Of a configuration: whose plugins it has.</summary>
    public ChainOrigin Chain => _chain ??= ChainOrigin.Of(Element);

    public static implicit operator RecordedJson(JsonElement element) => Of(element);

    /// <summary>The value with its fields in their order and numbers as they are written, without white space.</summary>
    public static RecordedJson Of(JsonElement element)
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(text, Writing))
            element.WriteTo(writer);

        return new(text.WrittenSpan.ToArray());
    }

    /// <inheritdoc cref="Of(JsonElement)"/>
    public static RecordedJson Of(JsonObject json)
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(text, Writing))
            json.WriteTo(writer);

        return new(text.WrittenSpan.ToArray());
    }

    /// <inheritdoc cref="Of(JsonElement)"/>
    /// <param name="utf8">One JSON value.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public static RecordedJson Of(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, Reading);
        return Of(document.RootElement);
    }

    /// <summary>A new tree; null: it is no object.</summary>
    public JsonObject? ToObject() => JsonNode.Parse(_utf8, documentOptions: Reading) as JsonObject;

    /// <summary>What <paramref name="parse"/> makes of the text: the same object while somewhere one is in use.</summary>
    /// <typeparam name="TParsed">Immutable.</typeparam>
    public TParsed Parsed<TParsed>(Func<ReadOnlyMemory<byte>, TParsed> parse) where TParsed : class
    {
        if (_parsed is { } kept && kept.TryGetTarget(out var found) && found is TParsed known)
            return known;

        var parsed = parse(_utf8);
        _parsed = new WeakReference<object>(parsed);
        return parsed;
    }

    public bool Equals(RecordedJson? other) =>
        ReferenceEquals(this, other) || (other is not null && _utf8.AsSpan().SequenceEqual(other._utf8));

    public override bool Equals(object? obj) => Equals(obj as RecordedJson);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_utf8);
        return hash.ToHashCode();
    }

    public override string ToString() => System.Text.Encoding.UTF8.GetString(_utf8);
}

/// <summary>As a part of the record's own JSON.</summary>
internal sealed class RecordedJsonConverter : JsonConverter<RecordedJson>
{
    public override bool HandleNull => true;

    public override RecordedJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return RecordedJson.Of(document.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, RecordedJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
