namespace Bridge.Adapter.Settings;

/// <summary>How many of Docker's calls are worked on at once. What undoes something has as many places again, of its own.</summary>
internal sealed record CallSettings
{
    /// <summary>
    /// Calls that make something and run at once; each has one plugin process at a time, with what that starts. 1 to 1024.
    /// </summary>
    public int Running { get; init; } = 32;

    /// <summary>Calls that make something and wait for their turn. Those beyond are refused. 0 to 65536.</summary>
    public int Waiting { get; init; } = 256;
}
