namespace Bridge.TestHosts.Sockets;

/// <summary>What became of a datagram that must not be fragmented.</summary>
public enum Passage
{
    /// <summary>It arrived, and came back.</summary>
    Passed,

    /// <summary>The sender's kernel refused it: it is larger than the MTU that it knows.</summary>
    Refused,

    /// <summary>It was sent, and nothing came back.</summary>
    Lost,
}
