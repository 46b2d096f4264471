namespace CniInvoker;

/// <summary>The bytes of a lock file that somebody waits for. Null: not that one.</summary>
internal sealed class LockedPlaces(long? gate, long? room, long? container)
{
    /// <summary>Whether a lock that another holds from one byte to another is in the way.</summary>
    public bool AreBlockedBy(long first, long last, bool isExclusive)
    {
        var wantsAlone = container is null;
        return IsWithin(container) || ((IsWithin(gate) || IsWithin(room)) && (isExclusive || wantsAlone));

        bool IsWithin(long? place) => place >= first && place <= last;
    }
}
