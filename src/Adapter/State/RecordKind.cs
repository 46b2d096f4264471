using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Adapter.State;

/// <summary>How records of one kind are written, how those of older versions are read, and which moves they may make.</summary>
/// <param name="Json">The shape of today's version.</param>
/// <param name="Upgrades">From version 1 to 2, from 2 to 3, and so on: each turns a whole record of its version into the next one's.</param>
/// <param name="RequireMove">
/// Throws <see cref="ImpossibleMoveException"/> when a record may not follow another; null stands for none, before the first and after the last.
/// </param>
/// <param name="Validate">Throws <see cref="JsonException"/> when a field has a value that nobody here writes.</param>
internal sealed record RecordKind<T>(JsonTypeInfo<T> Json, IReadOnlyList<Action<JsonObject>> Upgrades, Action<T?, T?> RequireMove, Action<T> Validate)
    where T : class, IRecord
{
    private const int OldestVersion = 1;
    private const int FirstWithChecksum = 3;
    private const string VersionKey = nameof(IRecord.Version);

    // As deep as the serializer's own limit.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    public int CurrentVersion => OldestVersion + Upgrades.Count;

    public byte[] Write(T record) => RecordChecksum.Seal(JsonSerializer.SerializeToUtf8Bytes(record, Json));

    /// <exception cref="NewerRecordException">A later program has written it.</exception>
    /// <exception cref="JsonException">It is no record.</exception>
    public T Read(ReadOnlyMemory<byte> content)
    {
        var isSealed = RecordChecksum.Verify(content.Span); // Before anything in it is believed, its version among it.
        using var document = Parse(content);
        var version = VersionOf(document.RootElement);
        if (!isSealed && (version >= FirstWithChecksum || document.RootElement.TryGetProperty(RecordChecksum.Key, out _)))
            throw version > CurrentVersion ? new NewerRecordException(version, CurrentVersion) : new JsonException("its end, with the checksum, is damaged or missing");

        if (version > CurrentVersion)
            throw new NewerRecordException(version, CurrentVersion);

        var record = Understand(document, version);
        Validate(record);
        return record;
    }

    // A record is one object, and a line feed.
    private static JsonDocument Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonDocument.Parse(content, Reading);
        }
        catch (JsonException) when (content.Span.TrimEnd(" \t\r\n\0"u8) is not [.., (byte)'}'])
        {
            throw new JsonException("it ends in the middle: it was cut off");
        }
    }

    private T Understand(JsonDocument document, int version)
    {
        RequireUniqueKeys(document.RootElement);
        if (version == CurrentVersion)
            return document.Deserialize(Json) ?? throw new JsonException("the file holds null");

        var older = JsonObject.Create(document.RootElement)!;
        foreach (var upgrade in Upgrades.Skip(version - OldestVersion))
            upgrade(older);

        older[VersionKey] = CurrentVersion;
        return older.Deserialize(Json)!;
    }

    private static int VersionOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty(VersionKey, out var text) || text.ValueKind != JsonValueKind.Number || !text.TryGetInt32(out var version)
            || version < OldestVersion)
        {
            throw new JsonException($"there is no {VersionKey} in it");
        }

        return version;
    }

    // Only its own: what is inside a configuration or a result is its author's.
    private static void RequireUniqueKeys(JsonElement root)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!keys.Add(property.Name))
                throw new JsonException($"{property.Name} is in it twice");
        }
    }
}
