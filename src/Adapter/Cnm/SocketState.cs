namespace Bridge.Adapter.Cnm;

/// <summary>What is at the name of our socket.</summary>
internal enum SocketState
{
    Ours,

    /// <summary>Nothing, or something on which nobody listens.</summary>
    Gone,

    /// <summary>A socket on which somebody else listens.</summary>
    Anothers,
}
