using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

public sealed class AttachmentGatesTests
{
    [Fact]
    [Spec("one-operation-at-a-time", Libcni = "leaves it to its caller", Ours = "operations for one container wait for each other")]
    public async Task Calls_for_one_endpoint_run_one_at_a_time_and_calls_for_others_do_not_wait()
    {
        var gates = new AttachmentGates();
        var first = await gates.EnterAsync("a", Cancellation);
        var second = gates.EnterAsync("a", Cancellation);
        using var other = await gates.EnterAsync("b", Cancellation);
        second.IsCompleted.Should().BeFalse();
        first.Dispose();
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_cancelled_wait_does_not_block_the_next_call()
    {
        var gates = new AttachmentGates();
        var holder = await gates.EnterAsync("a", Cancellation);
        using var impatience = new CancellationTokenSource();
        var impatient = gates.EnterAsync("a", impatience.Token);
        var patient = gates.EnterAsync("a", Cancellation);
        await impatience.CancelAsync();
        await FluentActions.Awaiting(() => impatient).Should().ThrowAsync<OperationCanceledException>();
        holder.Dispose();
        (await patient).Dispose();
    }
}
