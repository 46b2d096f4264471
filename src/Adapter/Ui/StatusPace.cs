namespace Bridge.Adapter.Ui;

/// <summary>
/// When the daemon is asked next: soon after something has happened, a few times more while that settles, otherwise now and then; and never
/// for more than a quarter of the time.
/// </summary>
internal sealed class StatusPace(TimeProvider timeProvider)
{
    /// <summary>Where nothing happens.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    /// <summary>While the daemon does not answer.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>What happens within counts as one.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    // A runtime names its pod only when that runs, some time after its link was made; nothing announces that.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WhileSettling = TimeSpan.FromMilliseconds(500);

    private const int RestPerWork = 3;

    private long _happenedAt = long.MinValue;

    /// <summary>Something has happened now.</summary>
    public void Happened() => _happenedAt = timeProvider.GetTimestamp();

    /// <param name="took">What the last question took.</param>
    /// <param name="isAnswered">The daemon answered it.</param>
    /// <returns>How long to rest whatever happens, and how long then to wait for something to happen.</returns>
    public (TimeSpan Pause, TimeSpan Wait) Next(TimeSpan took, bool isAnswered)
    {
        if (!isAnswered)
            return (Retry, TimeSpan.Zero); // Whatever it took: that was waiting, and who hung may answer again by now.

        var rest = took * RestPerWork > Least ? took * RestPerWork : Least;
        var isSettling = _happenedAt != long.MinValue && timeProvider.GetElapsedTime(_happenedAt) < Settling;
        var pause = isSettling ? WhileSettling : Usual;
        return (rest, pause > rest ? pause - rest : TimeSpan.Zero);
    }
}
