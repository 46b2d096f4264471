using System.Diagnostics;
using System.Globalization;
using Bridge.Fuzzing.Loop;

namespace Bridge.Fuzzing;

/// <summary>
/// One target's loop as a process of its own: what cannot be caught, such as an exhausted stack or an endless loop, ends that process and
/// is seen from here.
/// </summary>
internal sealed class LoopProcess(InstrumentedCopy copy, FuzzOptions options, TimeProvider timeProvider)
{
    private const int LooksUntilItHangs = 50;
    private const int LooksUntilItHasNotStarted = 600;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <returns>How many findings there are.</returns>
    public async Task<int> RunAsync(string target, int seconds, CancellationToken cancellationToken)
    {
        using var record = new LoopRecord(copy.Record(target));
        var since = timeProvider.GetTimestamp();
        using var loop = Start(target, seconds);
        try
        {
            var hangs = await HangsAsync(loop, record, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var elapsed = timeProvider.GetElapsedTime(since);
            var lost = hangs ? "It takes longer than 5 seconds."
                : loop.ExitCode != 0
                    ? $"It ends the process, with exit status {loop.ExitCode}; what was said then is in this run's output."
                    : null;
            if (lost is not null)
            {
                new Findings(options.Findings, target).Save(lost, record.Input, lost);
                record.Findings++;
            }

            Console.WriteLine(
                $"{target}: {record.Executions} executions, {record.Executions / elapsed.TotalSeconds:0} per second, {record.Edges} " +
                $"edges, corpus {record.CorpusSize}, findings {record.Findings}");
            return record.Findings;
        }
        finally
        {
            loop.Kill();
        }
    }

    private Process Start(string target, int seconds)
    {
        var start = new ProcessStartInfo(copy.Program)
        {
            ArgumentList =
            {
                "loop", copy.Record(target), "--target", target, "--seconds", Text(seconds), "--seed", Text(options.Seed),
                "--corpus", options.Corpus, "--findings", options.Findings,
            },
        };
        if (options.Keep)
            start.ArgumentList.Add("--keep");

        return Process.Start(start)!;
    }

    // Counted in looks, not in time: a machine that stood still must not look like a loop that does.
    private async Task<bool> HangsAsync(Process loop, LoopRecord record, CancellationToken cancellationToken)
    {
        var (executions, looks) = (0L, 0);
        while (!loop.HasExited)
        {
            await Task.Delay(BetweenLooks, timeProvider, cancellationToken);
            (executions, looks) = record.Executions is var now && now != executions ? (now, 0) : (executions, looks + 1);
            if (looks > (executions == 0 ? LooksUntilItHasNotStarted : LooksUntilItHangs))
                return !loop.HasExited;
        }

        return false;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
