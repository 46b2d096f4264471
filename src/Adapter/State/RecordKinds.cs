using System.Text.Json.Nodes;

namespace Bridge.Adapter.State;

/// <summary>
/// The kinds of records, with all versions of their formats. A change of what a field means, and a field that older records lack and that
/// cannot be null, makes a new version: add its upgrade here, and a record of the version before to the tests.
/// </summary>
internal static class RecordKinds
{
    public static RecordKind<NetworkRecord> Network { get; } = new(
        StateJson.Default.NetworkRecord,
        [older => older["EndpointDefaults"] ??= new JsonObject(), Unchanged], // 2: the first builds did not write them.
        NetworkMoves.Require,
        RecordRules.Require);

    public static RecordKind<AttachmentRecord> Attachment { get; } = new(
        StateJson.Default.AttachmentRecord,
        [older => AddLists(older, "Arguments", "Addresses", "Reserved", "Sysctls", "RequestedPorts"), Unchanged, AddSandboxExisted], // 2: the first builds did not write all of them.
        AttachmentMoves.Require,
        RecordRules.Require);

    public static RecordKind<ReservationRecord> Reservation { get; } = new(
        StateJson.Default.ReservationRecord,
        [older => AddLists(older, "Arguments", "Addresses"), Unchanged], // 2: so that all kinds say the same.
        ReservationMoves.Require,
        RecordRules.Require);

    // 3: a checksum at the end.
    private static void Unchanged(JsonObject older)
    {
    }

    // 4: until then the snapshot held the decision that follows from it.
    private static void AddSandboxExisted(JsonObject older)
    {
        older[nameof(AttachmentRecord.SandboxExistedAtJoin)] = older["Snapshot"]?["ChoosesIPv6Gateway"]?.GetValue<bool>() != true;
        foreach (var decision in (string[])["ChoosesIPv4Gateway", "ChoosesIPv6Gateway"])
            (older["Snapshot"] as JsonObject)?.Remove(decision);
    }

    private static void AddLists(JsonObject older, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            older[key] ??= new JsonArray();
    }
}
