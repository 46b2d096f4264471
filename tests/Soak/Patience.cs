namespace Bridge.Soak;

/// <summary>How long things may take.</summary>
internal static class Patience
{
    /// <summary>A docker command that takes longer counts as a failure.</summary>
    public static readonly TimeSpan Waited = TimeSpan.FromSeconds(150);

    /// <summary>A docker command, or a daemon's start, that takes longer is given up.</summary>
    public static readonly TimeSpan GivenUp = TimeSpan.FromSeconds(300);

    /// <summary>A pod's coming or going.</summary>
    public static readonly TimeSpan Pod = TimeSpan.FromSeconds(120);

    /// <summary>From the last container's removal until repair has taken back everything.</summary>
    public static readonly TimeSpan Repair = TimeSpan.FromMinutes(3);
}
