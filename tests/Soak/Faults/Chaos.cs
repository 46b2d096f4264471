using Bridge.Soak.Totals;
using Bridge.Soak.Workers;
using Bridge.TestHosts.Commands;

namespace Bridge.Soak.Faults;

/// <summary>One fault after the other, at random moments: half of them within the first moments of a docker command.</summary>
internal sealed class Chaos(
    FaultDeck deck, FaultTotals totals, CommandStarts starts, EventLog events, Random random, TimeProvider timeProvider)
{
    /// <summary>
    /// Until it is stopped, or enough processes were killed. Then no fault is active, but daemons may be down.
    /// </summary>
    public async Task ReignAsync(int? kills, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !(totals.Kills >= kills))
        {
            try
            {
                await PauseAsync(stop);
                var fault = deck.Draw(random);
                if (fault.CanStrike)
                    await fault.StrikeAsync(random, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure) when (failure
                is OperationCanceledException or IOException or InvalidOperationException or TimeoutException or CommandFailedException)
            {
                events.Write($"fault  could not be injected: {failure.Message}");
            }
        }

        await deck.Aftermath;
    }

    private async Task PauseAsync(CancellationToken stop)
    {
        var waitsForCommand = random.Next(2) == 0;
        var pause = TimeSpan.FromMilliseconds(random.Next(waitsForCommand ? 400 : 1000));
        if (waitsForCommand)
            await starts.Next.WaitAsync(stop);

        // Now and then there is time for something to be finished.
        await Task.Delay(random.Next(20) == 0 ? pause + TimeSpan.FromSeconds(3) : pause, timeProvider, stop);
    }
}
