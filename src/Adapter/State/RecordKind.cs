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
internal sealed record RecordKind<T>(JsonTypeInfo<T> Json, IReadOnlyList<Action<JsonObject>> Upgrades, Action<T?, T?> RequireMove)
    where T : class, IRecord
{
    private const int OldestVersion = 1;
    private const string VersionKey = nameof(IRecord.Version);

    // As deep as the serializer's own limit.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    public int CurrentVersion => OldestVersion + Upgrades.Count;

    public byte[] Write(T record) => JsonSerializer.SerializeToUtf8Bytes(record, Json);

    /// <exception cref="NewerRecordException">A later program has written it.</exception>
    /// <exception cref="JsonException">It is no record.</exception>
    public T Read(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content, Reading);
        var version = VersionOf(document.RootElement);
        if (version == CurrentVersion)
        {
            return document.Deserialize(Json) ?? throw new JsonException("the file holds null");
        }

        var older = JsonObject.Create(document.RootElement)!;
        foreach (var upgrade in Upgrades.Skip(version - OldestVersion))
        {
            upgrade(older);
        }

        older[VersionKey] = CurrentVersion;
        return older.Deserialize(Json)!;
    }

    private int VersionOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty(VersionKey, out var text) || text.ValueKind != JsonValueKind.Number || !text.TryGetInt32(out var version)
            || version < OldestVersion)
        {
            throw new JsonException($"there is no {VersionKey} in it");
        }

        return version <= CurrentVersion ? version : throw new NewerRecordException(version, CurrentVersion);
    }
}
