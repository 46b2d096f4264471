namespace Bridge.Soak.Faults;

/// <summary>A fault of the host. It repairs what it breaks.</summary>
internal abstract class Fault
{
    /// <summary>How often it is drawn, compared with the others.</summary>
    public abstract int Weight { get; }

    /// <summary>Whether the host is in a state in which it can happen.</summary>
    public virtual bool CanStrike => true;

    /// <param name="random">Decides its details.</param>
    /// <param name="stop">Shortens what it would wait for; what was begun is finished all the same.</param>
    public abstract Task StrikeAsync(Random random, CancellationToken stop);

    /// <summary>What still goes on in the background of an earlier strike.</summary>
    public virtual Task Aftermath => Task.CompletedTask;
}
