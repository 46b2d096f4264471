namespace Bridge.Soak.Faults;

/// <summary>Something is broken for one to three seconds, during which other faults happen.</summary>
internal abstract class TimedFault(TimeProvider timeProvider) : Fault
{
    private const int Shortest = 1000;
    private const int Longest = 3000;

    private Task _spell = Task.CompletedTask;

    public override bool CanStrike => _spell.IsCompleted;

    public override Task Aftermath => _spell;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        var spell = TimeSpan.FromMilliseconds(random.Next(Shortest, Longest));
        var mend = await BreakAsync(random);
        _spell = MendAfterAsync(spell, mend, stop);
    }

    /// <returns>Repairs it.</returns>
    protected abstract Task<Action> BreakAsync(Random random);

    private async Task MendAfterAsync(TimeSpan spell, Action mend, CancellationToken stop)
    {
        try
        {
            await Task.Delay(spell, timeProvider, stop);
        }
        catch (OperationCanceledException)
        {
            // It ends early.
        }

        mend();
    }
}
