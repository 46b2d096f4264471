using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>The moves of an attachment (docs/state.md has the picture).</summary>
internal static class AttachmentMoves
{
    /// <exception cref="ImpossibleMoveException">The move is none of an attachment's, or changes what plugins were told.</exception>
    public static void Require(AttachmentRecord? from, AttachmentRecord? to)
    {
        if (!IsPossible(from?.Phase, to?.Phase))
            throw new ImpossibleMoveException(Name(from ?? to!), from?.Phase.ToString(), to?.Phase.ToString());

        if (from is { Phase: not AttachmentPhase.Prepared } && to is not null && Changed(from, to) is { } changed)
            throw new ImpossibleMoveException(Name(from), from.Phase.ToString(), to.Phase.ToString(), $"its {changed} would be another than plugins were told");
    }

    private static bool IsPossible(AttachmentPhase? from, AttachmentPhase? to) => (from, to) switch
    {
        (null, AttachmentPhase.Prepared or AttachmentPhase.Adding) => true,
        (AttachmentPhase.Prepared, AttachmentPhase.Prepared or AttachmentPhase.Adding or null) => true,

        // Joined at once with direct attach. Nothing, when the plugins have undone what they did.
        (AttachmentPhase.Adding, _) => to != AttachmentPhase.Prepared,
        (AttachmentPhase.Added, AttachmentPhase.Added or AttachmentPhase.Joined or AttachmentPhase.Deleting) => true,
        (AttachmentPhase.Joined, AttachmentPhase.Joined or AttachmentPhase.Deleting) => true,
        (AttachmentPhase.Deleting, AttachmentPhase.Deleting or null) => true,
        _ => false,
    };

    // DEL must say what ADD said.
    private static string? Changed(AttachmentRecord from, AttachmentRecord to) => from switch
    {
        _ when from.CniNetwork != to.CniNetwork => "CNI network",
        _ when from.ContainerId != to.ContainerId => "container id",
        _ when from.InterfaceName != to.InterfaceName => "interface name",
        _ when from.BootId != to.BootId => "boot",
        _ when !from.Arguments.SequenceEqual(to.Arguments) => "arguments",
        _ when !JsonElement.DeepEquals(from.Configuration, to.Configuration) => "configuration",
        _ when !AreSame(from.Capabilities, to.Capabilities) => "capability arguments",
        _ => null,
    };

    private static bool AreSame(JsonElement? one, JsonElement? other) =>
        one is { } first && other is { } second ? JsonElement.DeepEquals(first, second) : one.HasValue == other.HasValue;

    private static string Name(AttachmentRecord record) => $"attachment {record.EndpointId}";
}
