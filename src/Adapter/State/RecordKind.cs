using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Adapter.State;

/// <summary>One file of a <see cref="RecordDirectory{T}"/>.</summary>
internal interface IRecord
{
    /// <summary>Letters and digits only: it is the file's name.</summary>
    string Id { get; }

    /// <summary>Of its format: see <see cref="RecordKinds"/>.</summary>
    int Version { get; }
}

/// <summary>How records of one kind are written, how older versions are read, and which transitions are possible.</summary>
/// <param name="Json">The shape of the current version.</param>
/// <param name="Upgrades">From version 1 to 2, from 2 to 3, and so on: each turns a whole record of its version into the next
/// one's.</param>
/// <param name="RequireTransition">
/// Throws <see cref="ImpossibleTransitionException"/> when a record may not follow another; null stands for none, before the first and
/// after the last.
/// </param>
/// <param name="IsDurable">
/// Whether a record that follows another (null: none) holds something that a power cut must not take. Only of kinds with a present
/// directory; all others are always durable.
/// </param>
/// <param name="Validate">Throws <see cref="JsonException"/> when a field has a value that cnm-cni does not write.</param>
internal sealed record RecordKind<T>(
    JsonTypeInfo<T> Json, IReadOnlyList<Action<JsonObject>> Upgrades, Action<T?, T?> RequireTransition, Func<T?, T, bool> IsDurable,
    Action<T> Validate)
    where T : class, IRecord
{
    private const int OldestVersion = 1;
    private const string VersionKey = nameof(IRecord.Version);

    // The serializer's own limit.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    public int CurrentVersion => OldestVersion + Upgrades.Count;

    public byte[] Write(T record) => RecordChecksum.Seal(JsonSerializer.SerializeToUtf8Bytes(record, Json));

    /// <exception cref="NewerRecordException">A newer program has written it.</exception>
    /// <exception cref="JsonException">It is no record.</exception>
    public T Read(ReadOnlyMemory<byte> content)
    {
        var isSealed = RecordChecksum.Verify(content.Span); // Nothing in it is trusted before that, not even its version.
        using var document = Parse(content);
        var version = VersionOf(document.RootElement);
        if (version > CurrentVersion)
            throw new NewerRecordException(version, CurrentVersion);

        if (!isSealed)
            throw new JsonException("its end, with the checksum, is damaged or missing");

        RequireUniqueKeys(document.RootElement);
        var record = Upgraded(document, version);
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

    private T Upgraded(JsonDocument document, int version)
    {
        if (version == CurrentVersion)
            return document.Deserialize(Json) ?? throw new JsonException("the file holds null");

        var older = JsonObject.Create(document.RootElement)!;
        foreach (var upgrade in Upgrades.Skip(version - OldestVersion))
            upgrade(older);

        older[VersionKey] = CurrentVersion;
        return older.Deserialize(Json)!;
    }

    private static int VersionOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(VersionKey, out var text)
        && text.ValueKind == JsonValueKind.Number && text.TryGetInt32(out var version) && version >= OldestVersion
            ? version
            : throw new JsonException($"there is no {VersionKey} in it");

    // Of the record alone: a configuration or a result inside it may repeat keys.
    private static void RequireUniqueKeys(JsonElement root)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (root.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !keys.Add(name)) is { } twice)
            throw new JsonException($"{twice} is in it twice");
    }
}

/// <summary>
/// The kinds of records, with all versions of their formats. A change of a field's meaning, and a new field that older records lack and
/// that cannot be null, make a new version: add its upgrade here, and a record of the version before to the tests.
/// </summary>
internal static class RecordKinds
{
    public static RecordKind<NetworkRecord> Network { get; } =
        new(StateJson.Default.NetworkRecord, [], (_, _) => { }, (_, _) => true, RecordRules.Require);

    public static RecordKind<AttachmentRecord> Attachment { get; } =
        new(StateJson.Default.AttachmentRecord, [], Transitions.Require, Durability.IsNeeded, RecordRules.Require);

    public static RecordKind<ReservationRecord> Reservation { get; } =
        new(StateJson.Default.ReservationRecord, [], Transitions.Require, Durability.IsNeeded, RecordRules.Require);
}

/// <summary>A newer program has written the record. It stays where it is, for that program.</summary>
internal sealed class NewerRecordException(int version, int current) : Exception(
    $"a newer cnm-cni (version {version} of the format) wrote it, and this one reads versions up to {current}. " +
    "The file and what it describes stay untouched until a newer cnm-cni is started");

[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 1024, // CniInvoker reads configurations and results that are nearly as deep.
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AttachmentRecord))]
[JsonSerializable(typeof(NetworkRecord))]
[JsonSerializable(typeof(ReservationRecord))]
internal sealed partial class StateJson : JsonSerializerContext;
