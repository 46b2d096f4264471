using System.Globalization;

namespace Bridge.Soak.Totals;

/// <summary>What became of the commands of one kind.</summary>
internal sealed record CommandTotal(string Kind, int Attempts, int Successes, int Failures, TimeSpan Longest);

/// <summary>Outcomes of docker commands, pods and daemon starts; and the commands that took too long.</summary>
internal sealed class CommandTotals(EventLog events)
{
    private readonly Lock _lock = new();

    // Both guarded by _lock.
    private readonly SortedDictionary<string, CommandTotal> _totals = new(StringComparer.Ordinal);
    private readonly List<string> _waits = [];

    /// <param name="kind">Such as "docker run".</param>
    /// <param name="command">As a person would type it.</param>
    /// <param name="took">From its start to its end.</param>
    /// <param name="succeeded">Whether it did what it was asked for.</param>
    /// <param name="said">Its last words.</param>
    public void Ended(string kind, string command, TimeSpan took, bool succeeded, string said)
    {
        var line =
            string.Create(CultureInfo.InvariantCulture,
                $"{command} -> {(succeeded ? "ok" : "failed")} after {took.TotalMilliseconds:0} ms {OneLine(said)}");
        events.Write($"end    {line}");
        lock (_lock)
        {
            var total = _totals.GetValueOrDefault(kind) ?? new CommandTotal(kind, 0, 0, 0, TimeSpan.Zero);
            _totals[kind] = total with
            {
                Attempts = total.Attempts + 1,
                Successes = total.Successes + (succeeded ? 1 : 0),
                Failures = total.Failures + (succeeded ? 0 : 1),
                Longest = took > total.Longest ? took : total.Longest,
            };
            if (took > Patience.Waited)
                _waits.Add(line);
        }
    }

    public IReadOnlyList<CommandTotal> All()
    {
        lock (_lock)
            return [.. _totals.Values];
    }

    /// <summary>Those that took longer than <see cref="Patience.Waited"/>.</summary>
    public IReadOnlyList<string> Waits()
    {
        lock (_lock)
            return [.. _waits];
    }

    private static string OneLine(string text) => text.Trim().ReplaceLineEndings(" | ");
}
