namespace Bridge.Adapter.Sandboxes;

/// <summary>Where a link is on its way into a sandbox.</summary>
internal enum ArrivalState
{
    /// <summary>Docker has not moved it yet.</summary>
    InHost,

    /// <summary>It is in the sandbox, or about to be, and Docker is still at work on it.</summary>
    NotReady,

    /// <summary>It is in the sandbox with everything that the plugins left, and the attachment's path names that sandbox.</summary>
    Arrived,

    /// <summary>It is in neither.</summary>
    Gone,
}
