using Bridge.Adapter.Cnm;
using Bridge.Adapter.Settings;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Cnm;

public sealed class CallQueueTests : IDisposable
{
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly CallQueue _queue;

    public CallQueueTests() =>
        _queue = new CallQueue(new AdapterSettings { Calls = new CallSettings { Running = 1, Waiting = 2 } }, _lifetime);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task The_oldest_waiting_call_is_next()
    {
        var first = await MakingAsync();
        var second = MakingAsync();
        var third = MakingAsync();

        first.Dispose();

        (await Task.WhenAny(second, third)).Should().BeSameAs(second);
        third.IsCompleted.Should().BeFalse();
        (await second).Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task A_call_beyond_the_queue_limit_is_refused_and_the_waiting_calls_stay()
    {
        var first = await MakingAsync();
        var waiting = new[] { MakingAsync(), MakingAsync() };

        await FluentActions.Awaiting(MakingAsync).Should().ThrowAsync<CnmException>().WithMessage(
            "too many calls at once: 1 calls * and 2 are waiting*Retry*");

        first.Dispose();
        (await waiting[0]).Dispose();
        (await waiting[1]).Dispose();
    }

    [Fact]
    public async Task Clean_up_calls_wait_for_clean_up_calls_only_and_their_queue_has_no_limit()
    {
        using var making = await MakingAsync();
        var first = await EnterRemoveAsync();
        var waiting = Enumerable.Range(0, 1000).Select(_ => EnterRemoveAsync()).ToArray();
        waiting.Count(turn => turn.IsCompleted).Should().Be(0);

        first.Dispose();
        foreach (var turn in waiting)
            (await turn).Dispose();
    }

    [Fact]
    public async Task Calls_that_only_read_never_wait()
    {
        using var making = await MakingAsync();
        using var removal = await EnterRemoveAsync();
        for (var time = 0; time < 10; time++)
            _queue.EnterAsync(CallKind.Read, CancellationToken.None).IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task After_SIGTERM_waiting_and_new_calls_are_refused_and_clean_up_calls_are_not()
    {
        var first = await MakingAsync();
        var waiting = MakingAsync();
        _lifetime.StopApplication();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<CnmException>().WithMessage(
            "cnm-cni is shutting down*Nothing was changed*");
        first.Dispose();
        await FluentActions.Awaiting(MakingAsync).Should().ThrowAsync<CnmException>().WithMessage("cnm-cni is shutting down*");
        (await EnterRemoveAsync()).Dispose();
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_place()
    {
        var first = await MakingAsync();
        using var patience = new CancellationTokenSource();
        var waiting = _queue.EnterAsync(CallKind.Create, patience.Token);
        await patience.CancelAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        first.Dispose();
        (await MakingAsync()).Dispose();
    }

    private async Task<IDisposable> MakingAsync() => (await _queue.EnterAsync(CallKind.Create, CancellationToken.None))!;

    private async Task<IDisposable> EnterRemoveAsync() => (await _queue.EnterAsync(CallKind.Remove, CancellationToken.None))!;
}
