namespace Bridge.Adapter.State;

/// <summary>The moves of a reservation (docs/state.md has the picture).</summary>
internal static class ReservationMoves
{
    /// <exception cref="ImpossibleMoveException">The move is none of a reservation's.</exception>
    public static void Require(ReservationRecord? from, ReservationRecord? to)
    {
        if (!IsPossible(from?.Phase, to?.Phase))
            throw new ImpossibleMoveException($"reservation {(from ?? to!).ContainerId}", from?.Phase.ToString(), to?.Phase.ToString());

        if (from?.EndpointId is { } adopted && to is not null && to.EndpointId != adopted)
            throw new ImpossibleMoveException($"reservation {from.ContainerId}", from.Phase.ToString(), to.Phase.ToString(), $"it is endpoint {adopted}'s");
    }

    private static bool IsPossible(ReservationPhase? from, ReservationPhase? to) => (from, to) switch
    {
        (null, ReservationPhase.Reserving) => true,

        // Made again from the attachment that uses it.
        (null, ReservationPhase.Reserved) => true,

        // Nothing, when the plugin has undone what it did.
        (ReservationPhase.Reserving, _) => true,
        (ReservationPhase.Reserved, ReservationPhase.Reserved or ReservationPhase.Releasing) => true,
        (ReservationPhase.Releasing, ReservationPhase.Releasing or null) => true,
        _ => false,
    };
}
