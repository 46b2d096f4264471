using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>The journal refuses every transition that docs/state.md does not draw.</summary>
public sealed class MoveTests : IDisposable
{
    private const string Id = "e1";

    private static readonly (AttachmentPhase? From, AttachmentPhase? To)[] AttachmentMoves =
    [
        (null, AttachmentPhase.Prepared), (null, AttachmentPhase.Adding),
        (AttachmentPhase.Prepared, AttachmentPhase.Prepared), (AttachmentPhase.Prepared, AttachmentPhase.Adding),
        (AttachmentPhase.Prepared, null),
        (AttachmentPhase.Adding, AttachmentPhase.Adding), (AttachmentPhase.Adding, AttachmentPhase.Added),
        (AttachmentPhase.Adding, AttachmentPhase.Joined),
        (AttachmentPhase.Adding, AttachmentPhase.Deleting), (AttachmentPhase.Adding, null),
        (AttachmentPhase.Added, AttachmentPhase.Added), (AttachmentPhase.Added, AttachmentPhase.Joined),
        (AttachmentPhase.Added, AttachmentPhase.Deleting),
        (AttachmentPhase.Joined, AttachmentPhase.Joined), (AttachmentPhase.Joined, AttachmentPhase.Deleting),
        (AttachmentPhase.Deleting, AttachmentPhase.Deleting), (AttachmentPhase.Deleting, null),
    ];

    private static readonly (ReservationPhase? From, ReservationPhase? To)[] ReservationMoves =
    [
        (null, ReservationPhase.Reserving), (null, ReservationPhase.Reserved),
        (ReservationPhase.Reserving, ReservationPhase.Reserving), (ReservationPhase.Reserving, ReservationPhase.Reserved),
        (ReservationPhase.Reserving, ReservationPhase.Releasing), (ReservationPhase.Reserving, null),
        (ReservationPhase.Reserved, ReservationPhase.Reserved), (ReservationPhase.Reserved, ReservationPhase.Releasing),
        (ReservationPhase.Releasing, ReservationPhase.Releasing), (ReservationPhase.Releasing, null),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;

    public static IEnumerable<TheoryDataRow<string?, string?>> PairsOfAttachment => Pairs<AttachmentPhase>();

    public static IEnumerable<TheoryDataRow<string?, string?>> PairsOfReservation => Pairs<ReservationPhase>();

    [Theory]
    [MemberData(nameof(PairsOfAttachment))]
    public void An_attachment_has_the_transitions_of_the_documentation_and_no_others(string? phase, string? next)
    {
        var (from, to) = (Phase<AttachmentPhase>(phase), Phase<AttachmentPhase>(next));
        var attachments = Loaded().Attachments;
        if (from is { } before)
            attachments.Bring(Records.Joined(Id) with { Phase = before });

        var move = () => Move(attachments, Id, to is { } after ? Records.Joined(Id) with { Phase = after } : null);

        RequireOutcome(move, isDrawn: AttachmentMoves.Contains((from, to)), () => Loaded().Attachments.Find(Id)?.Phase, from, to);
    }

    [Theory]
    [MemberData(nameof(PairsOfReservation))]
    public void A_reservation_has_the_transitions_of_the_documentation_and_no_others(string? phase, string? next)
    {
        var (from, to) = (Phase<ReservationPhase>(phase), Phase<ReservationPhase>(next));
        var reservations = Loaded().Reservations;
        if (from is { } before)
            reservations.Bring(Reservation(before));

        var move = () => Move(reservations, Id, to is { } after ? Reservation(after) : null);

        RequireOutcome(move, isDrawn: ReservationMoves.Contains((from, to)), () => Loaded().Reservations.Find(Id)?.Phase, from, to);
    }

    [Fact]
    public void The_arguments_of_ADD_do_not_change_afterwards()
    {
        var attachments = Loaded().Attachments;
        var joined = Records.Joined(Id) with { Arguments = [new CniArgument("MAC", "02:00:00:00:00:01")] };
        attachments.Bring(joined);
        AttachmentRecord[] others =
        [
            joined with { CniNetwork = "other" },
            joined with { ContainerId = "other" },
            joined with { InterfaceName = "other" },
            joined with { BootId = "other" },
            joined with { Arguments = [] },
            joined with { Capabilities = joined.Configuration },
            joined with { Configuration = System.Text.Json.JsonDocument.Parse("""{"name":"other"}""").RootElement.Clone() },
        ];

        foreach (var other in others)
            attachments.Invoking(records => records.Write(other)).Should().Throw<ImpossibleTransitionException>();
    }

    [Fact]
    public void A_reservation_keeps_its_container_id()
    {
        var reservations = Loaded().Reservations;
        reservations.Bring(Reservation(ReservationPhase.Reserved) with { EndpointId = "one" });

        reservations.Invoking(records => records.Write(Reservation(ReservationPhase.Reserved) with { EndpointId = "other" }))
            .Should().Throw<ImpossibleTransitionException>();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static void Move<T>(RecordDirectory<T> records, string id, T? to) where T : class, IRecord
    {
        if (to is null)
            records.Remove(id);
        else
            records.Write(to);
    }

    private static void RequireOutcome<TPhase>(
        Action move, bool isDrawn, Func<TPhase?> onDisk, TPhase? from, TPhase? to) where TPhase : struct
    {
        if (isDrawn)
        {
            move();
            onDisk().Should().Be(to);
            return;
        }

        move.Should().Throw<ImpossibleTransitionException>();
        onDisk().Should().Be(from);
    }

    // Nothing to nothing is no move: Docker may ask for the end of what has long been gone.
    private static IEnumerable<TheoryDataRow<string?, string?>> Pairs<TPhase>() where TPhase : struct, Enum
    {
        string?[] phases = [null, .. Enum.GetNames<TPhase>()];
        return from before in phases from after in phases where before is not null || after is not null
            select new TheoryDataRow<string?, string?>(before, after);
    }

    private static TPhase? Phase<TPhase>(string? name) where TPhase : struct, Enum => name is null ? null : Enum.Parse<TPhase>(name);

    private Journal Loaded()
    {
        var journal = new Journal(_directory, Path.Combine(_directory, "records"));
        journal.Load().Should().BeEmpty();
        return journal;
    }

    private static ReservationRecord Reservation(ReservationPhase phase) => new(Id, "pods")
    {
        Phase = phase,
        BootId = "boot",
        Since = DateTimeOffset.UnixEpoch,
        Configuration = System.Text.Json.JsonDocument.Parse("{}").RootElement.Clone(),
    };
}
