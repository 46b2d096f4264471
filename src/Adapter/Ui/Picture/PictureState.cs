using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bridge.Adapter.AddressOwners;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>
/// The picture as the page has it: each part as the JSON in which it is sent, so that what differs is found by comparing bytes, and is
/// written once for all browsers. Not for two threads at once.
/// </summary>
internal sealed class PictureState(string host)
{
    private const string Version = "version";

    // Of parts that are sent as a whole: the order in which the picture has them.
    private static readonly string[] Sections =
        ["daemon", "verdict", "problems", "networks", "pending", "findings", "configurationProblems"];

    private readonly ArrayBufferWriter<byte> _scratch = new(4096);
    private readonly Dictionary<string, byte[]> _sections = new(StringComparer.Ordinal);
    private Dictionary<string, byte[]> _members = new(StringComparer.Ordinal);
    private string _version = "";
    private DateTimeOffset _time;
    private byte[]? _whole;

    /// <summary>How many changes there were.</summary>
    public long Sequence { get; private set; }

    /// <summary>Key and network of the members by address, for connections. Replaced as a whole.</summary>
    public IReadOnlyDictionary<string, string> KeysByAddress { get; private set; } = new Dictionary<string, string>();

    /// <summary>The last members.</summary>
    public IReadOnlyList<MemberPart> Members { get; private set; } = [];

    /// <summary>The names of the networks' links.</summary>
    public IReadOnlyList<string> NetworkLinks { get; private set; } = [];

    /// <summary>Takes over what there is now.</summary>
    /// <returns>The event for browsers that had the last picture; null where nothing differs.</returns>
    public byte[]? Replace(PictureContent content, DateTimeOffset now)
    {
        List<string> sections = [];
        Set("daemon", content.Daemon, PictureJson.Default.DaemonPart, sections);
        Set("verdict", content.Verdict, PictureJson.Default.String, sections);
        Set("problems", content.Problems, PictureJson.Default.IReadOnlyListString, sections);
        Set("networks", content.Networks, PictureJson.Default.IReadOnlyListNetworkPart, sections);
        Set("pending", content.Pending, PictureJson.Default.IReadOnlyListPendingPart, sections);
        Set("findings", content.Findings, PictureJson.Default.IReadOnlyListFindingPart, sections);
        Set("configurationProblems", content.ConfigurationProblems, PictureJson.Default.IReadOnlyListConfigurationProblemStatus, sections);
        var (changed, removed) = SetMembers(content.Members);
        NetworkLinks = [.. content.Networks.Select(network => network.Link?.Name).OfType<string>()];
        var isOther = _version != content.Version;
        if (sections.Count == 0 && changed.Count == 0 && removed.Count == 0 && !isOther)
            return null;

        (_version, _time, _whole) = (content.Version, now, null);
        Sequence++;
        // Where about as much differs as is the same, and for what no change can say.
        return isOther || changed.Count + removed.Count > Math.Max(20, _members.Count / 2) ? Whole() : Change(sections, changed, removed);
    }

    /// <summary>The whole picture as an event.</summary>
    public byte[] Whole() => _whole ??= ServerSentEvent.Of("picture", json =>
    {
        Begin(json);
        json.WriteString("host", host);
        json.WriteString(Version, _version);
        foreach (var name in Sections)
            WriteSection(json, name);

        json.WriteStartArray("members");
        foreach (var member in _members.Values)
            json.WriteRawValue(member, skipInputValidation: true);

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private byte[] Change(List<string> sections, List<byte[]> changed, List<string> removed) => ServerSentEvent.Of("change", json =>
    {
        Begin(json);
        json.WriteStartObject("set");
        foreach (var name in sections)
            WriteSection(json, name);

        if (changed.Count > 0)
        {
            json.WriteStartArray("members");
            foreach (var member in changed)
                json.WriteRawValue(member, skipInputValidation: true);

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartArray("removed");
        foreach (var key in removed)
            json.WriteStringValue(key);

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", Sequence);
        json.WriteString("time", _time);
    }

    private void WriteSection(Utf8JsonWriter json, string name)
    {
        if (!_sections.TryGetValue(name, out var section))
            return;

        json.WritePropertyName(name);
        json.WriteRawValue(section, skipInputValidation: true);
    }

    private void Set<T>(string name, T value, JsonTypeInfo<T> type, List<string> changed)
    {
        if (!Differs(value, type, _sections.GetValueOrDefault(name), out var json))
            return;

        _sections[name] = json;
        changed.Add(name);
    }

    private (List<byte[]> Changed, List<string> Removed) SetMembers(IReadOnlyList<MemberPart> members)
    {
        List<byte[]> changed = [];
        var replaced = new Dictionary<string, byte[]>(members.Count, StringComparer.Ordinal);
        var keys = new Dictionary<string, string>(members.Count, StringComparer.Ordinal);
        foreach (var member in members)
        {
            if (Differs(member, PictureJson.Default.MemberPart, _members.GetValueOrDefault(member.Key), out var json))
                changed.Add(json);

            replaced[member.Key] = json;
            foreach (var address in member.Kind == AddressOwnerKind.Warm ? [] : member.Addresses)
                keys.TryAdd(address, member.Key);
        }

        List<string> removed = [.. _members.Keys.Where(key => !replaced.ContainsKey(key))];
        (_members, KeysByAddress, Members) = (replaced, keys, members);
        return (changed, removed);
    }

    private bool Differs<T>(T value, JsonTypeInfo<T> type, byte[]? before, out byte[] json)
    {
        _scratch.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_scratch))
            JsonSerializer.Serialize(writer, value, type);

        var isSame = before is not null && _scratch.WrittenSpan.SequenceEqual(before);
        json = isSame ? before! : _scratch.WrittenSpan.ToArray();
        return !isSame;
    }
}
