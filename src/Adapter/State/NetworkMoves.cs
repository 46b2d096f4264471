namespace Bridge.Adapter.State;

/// <summary>A network is known or not; Docker may tell us of it again, in other words.</summary>
internal static class NetworkMoves
{
    /// <exception cref="ImpossibleMoveException">The move is none of a network's.</exception>
    public static void Require(NetworkRecord? from, NetworkRecord? to)
    {
        if (from is not null && to is not null && from.NetworkId != to.NetworkId)
            throw new ImpossibleMoveException($"network {from.NetworkId}", "known", "known", "its id is another");
    }
}
