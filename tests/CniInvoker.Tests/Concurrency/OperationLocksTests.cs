namespace CniInvoker.Tests.Concurrency;

public sealed class OperationLocksTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan NoPatience = TimeSpan.FromMilliseconds(50);

    private readonly string _directory = Directory.CreateTempSubdirectory("cni-locks-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string File => Path.Combine(_directory, "made/lock");

    // Each instance acts like a separate process: they share nothing but the file.
    private OperationLocks Locks() => new(File, TimeProvider.System);

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task Operations_for_one_container_run_one_at_a_time()
    {
        var first = await Locks().EnterAsync("pods", "c1", Patience, Cancellation);
        var second = Locks().EnterAsync("pods", "c1", Patience, Cancellation);

        second.IsCompleted.Should().BeFalse("the first attempt is made before the call returns");
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task Operations_for_different_containers_do_not_wait_for_each_other()
    {
        var turns = new List<IDisposable>();
        foreach (var number in Enumerable.Range(0, 100))
            turns.Add(await Locks().EnterAsync("pods", $"c{number}", NoPatience, Cancellation));

        turns.ForEach(turn => turn.Dispose());
    }

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task GC_runs_alone()
    {
        var operation = await Locks().EnterAsync("pods", "c1", Patience, Cancellation);
        var collection = Locks().EnterAloneAsync("pods", Patience, Cancellation);
        collection.IsCompleted.Should().BeFalse("the first attempt is made before the call returns");

        operation.Dispose();
        var alone = await collection;
        var late = () => Locks().EnterAsync("pods", "c2", NoPatience, Cancellation);
        var second = () => Locks().EnterAloneAsync("pods", NoPatience, Cancellation);

        (await late.Should().ThrowAsync<CniException>()).Which.IsTransient.Should().BeTrue();
        await second.Should().ThrowAsync<CniException>();
        alone.Dispose();
        (await late()).Dispose();
    }

    [Fact]
    public async Task New_operations_wait_behind_a_waiting_GC()
    {
        var operation = await Locks().EnterAsync("pods", "c1", Patience, Cancellation);
        var collection = Locks().EnterAloneAsync("pods", Patience, Cancellation);

        // Otherwise GC would never start while operations overlap.
        var newcomer = () => Locks().EnterAsync("pods", "c2", NoPatience, Cancellation);
        await newcomer.Should().ThrowAsync<CniException>();

        operation.Dispose();
        (await collection).Dispose();
    }

    [Fact]
    public async Task A_wait_past_its_limit_names_the_obstacle()
    {
        using var first = await Locks().EnterAsync("pods", "c1", Patience, Cancellation);

        var second = () => Locks().EnterAsync("pods", "c1", NoPatience, Cancellation);

        (await second.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            $"another operation for container c1, or GC on network \"pods\" did not finish within 0.05 s ({File}) (code 11).");
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_leaves_nothing_behind()
    {
        using var cancellation = new CancellationTokenSource();
        var first = await Locks().EnterAsync("pods", "c1", Patience, Cancellation);
        var second = Locks().EnterAsync("pods", "c1", Patience, cancellation.Token);
        var alone = Locks().EnterAloneAsync("pods", Patience, cancellation.Token);

        await cancellation.CancelAsync();

        await second.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        await alone.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        first.Dispose();
        (await Locks().EnterAsync("pods", "c1", Patience, Cancellation)).Dispose();
    }

    [Fact]
    public async Task The_file_is_for_its_owner_alone_and_stays_empty()
    {
        (await Locks().EnterAsync("pods", "c1", Patience, Cancellation)).Dispose();

        System.IO.File.GetUnixFileMode(File).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        new FileInfo(File).Length.Should().Be(0);
    }

    [Fact]
    public async Task An_unusable_lock_file_is_reported_with_its_name()
    {
        System.IO.File.WriteAllText(Path.Combine(_directory, "made"), "");

        var enter = () => Locks().EnterAsync("pods", "c1", Patience, Cancellation);

        (await enter.Should().ThrowAsync<CniException>()).Which.Message.Should().StartWith($"the lock file {File} cannot be used: ")
            .And.EndWith("(code 5).");
    }
}
