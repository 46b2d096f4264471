using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

public sealed class OperationLocksProperties : IDisposable
{
    private const char Everything = '*';

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("cni-locks-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // A text for each process: a digit is an operation for that container, a star a GC.
    [Property(MaxTest = 20)]
    public Property However_operations_and_collections_come_none_overlap_that_must_not_and_all_end() => Prop.ForAll(
        Arb.From(
            Gen.Elements('1', '1', '2', '3', Everything).ListOf(4).Select(string.Concat).ListOf(4).Select(all => string.Join(' ', all))),
            async written =>
    {
        var processes = written.Split(' ');
        var inside = new Inside();

        await Task.WhenAll(processes.Select(turns => Task.Run(() => RunAsync(turns, inside), Cancellation)));

        inside.Overlaps.Should().BeEmpty();
        inside.Finished.Should().Be(processes.Sum(turns => turns.Length));
    });

    // Each instance acts like a separate process: they share nothing but the file.
    private async Task RunAsync(string turns, Inside inside)
    {
        var locks = new OperationLocks(Path.Combine(_directory, "lock"), TimeProvider.System);
        foreach (var turn in turns)
        {
            using (await (turn == Everything
                ? locks.EnterAloneAsync("pods", Patience, Cancellation)
                : locks.EnterAsync("pods", $"c{turn}", Patience, Cancellation)))
            {
                inside.Enter(turn);
                await Task.Delay(1, Cancellation);
                inside.Leave(turn);
            }
        }
    }

    /// <summary>The operations that run now, and those that ran at the same time as another.</summary>
    private sealed class Inside
    {
        private readonly Lock _lock = new();
        private readonly List<char> _now = [];

        public List<string> Overlaps { get; } = [];

        public int Finished { get; private set; }

        public void Enter(char turn)
        {
            lock (_lock)
            {
                Overlaps.AddRange(
                    _now.Where(other => other == turn || other == Everything || turn == Everything).Select(
                        other => $"{turn} beside {other}"));
                _now.Add(turn);
            }
        }

        public void Leave(char turn)
        {
            lock (_lock)
            {
                _now.Remove(turn);
                Finished++;
            }
        }
    }
}
