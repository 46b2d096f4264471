using System.Diagnostics;

namespace CniInvoker.Tests.Concurrency;

/// <summary>
/// A process that is stopped (Ctrl-Z, say) during an operation keeps its locks. Operations that wait for it fail and name it.
/// </summary>
public sealed class StoppedHolderTests : IDisposable
{
    private const int SIGSTOP = 19;
    private const int SIGCONT = 18;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("cni-locks-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string File => Path.Combine(_directory, "stopped-lock");

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task A_wait_for_a_stopped_process_fails_and_names_it()
    {
        using var holder = HoldEverything();
        _ = LibC.kill(holder.Id, SIGSTOP);

        var enter = () => new OperationLocks(File, TimeProvider.System).EnterAsync("pods", "c1", Patience, Cancellation);
        var enterAlone = () => new OperationLocks(File, TimeProvider.System).EnterAloneAsync("pods", Patience, Cancellation);

        foreach (var failed in new[] { await enter.Should().ThrowAsync<CniException>(),
            await enterAlone.Should().ThrowAsync<CniException>() })
        {
            failed.Which.Msg.Should().Be(
                $"process {holder.Id} (sleep 300) holds the lock and is stopped; resume it with \"kill -CONT {holder.Id}\", or end it " +
                $"({File})");
            failed.Which.IsTransient.Should().BeTrue();
        }

        _ = LibC.kill(holder.Id, SIGCONT);
        holder.Kill();
    }

    [Fact]
    public async Task A_running_holder_is_waited_for()
    {
        using var holder = HoldEverything();

        var enter = () => new OperationLocks(File, TimeProvider.System).EnterAsync("pods", "c1", TimeSpan.FromSeconds(4), Cancellation);

        (await enter.Should().ThrowAsync<CniException>()).Which.Msg.Should().EndWith($"did not finish within 4 s ({File})");
        holder.Kill();
    }

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task GC_of_one_network_does_not_block_another()
    {
        var locks = new OperationLocks(File, TimeProvider.System);
        using var alone = await locks.EnterAloneAsync("pods", Patience, Cancellation);

        (await locks.EnterAsync("others", "c1", Patience, Cancellation)).Dispose();
        (await locks.EnterAloneAsync("others", Patience, Cancellation)).Dispose();
    }

    [Fact]
    public void The_ancestors_of_a_process_are_recognized()
    {
        ProcessStatus.IsAncestor(ProcessStatus.Of(Environment.ProcessId)!.Value.Parent).Should().BeTrue();
        ProcessStatus.IsAncestor(Environment.ProcessId).Should().BeFalse();
    }

    // A lock belongs to the open file description, which here only a child holds, by inheritance.
    private Process HoldEverything()
    {
        using var file = LibC.open(File, LibC.O_RDWR | LibC.O_CREAT, 0x180);
        var everything = new FileLock { Kind = LockKind.Exclusive, Start = 0, Length = 0 };
        LibC.fcntl(file, LibC.F_OFD_SETLK, ref everything).Should().Be(0);
        return Process.Start("sleep", "300");
    }
}
