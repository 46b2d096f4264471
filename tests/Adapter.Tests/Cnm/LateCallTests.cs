using Bridge.Adapter.Cnm;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>
/// Work that does not end when it is told to, as when the kernel does not return: its caller is answered, and its end is logged.
/// </summary>
public sealed class LateCallTests : IDisposable
{
    private readonly ManualResetEventSlim _kernel = new();
    private readonly LogLines<CallDeadline> _log = new();
    private readonly CallDeadline _deadline;

    public LateCallTests() => _deadline = new CallDeadline(
        new AdapterSettings { Timeouts = new TimeoutSettings { Call = TimeSpan.FromMilliseconds(100) } },
        new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), TimeProvider.System, _log);

    public void Dispose()
    {
        _kernel.Set();
        _kernel.Dispose();
    }

    [Theory]
    [InlineData(nameof(CallKind.Create), "*the call has not finished within 100ms (timeouts.call)*cleans it up in the background*")]
    [InlineData(nameof(CallKind.Remove), "*the call has not finished within 100ms (timeouts.call)*continues in the background*")]
    public async Task A_blocked_thread_does_not_delay_the_answer(string lane, string sentence)
    {
        var call = () => _deadline.AnswerAsync(new Call("Join", Enum.Parse<CallKind>(lane), "e1"), Block, Cancellation);
        await call.Should().ThrowAsync<CnmException>().WithMessage(sentence);
        _log.Lines.Should().BeEmpty();

        _kernel.Set();

        await Eventually.TrueAsync(() => _log.Lines.Count == 1, "the late end is logged");
        _log.Lines[0].Should().StartWith("Join ended after its deadline, in ").And.EndWith("ms: success");
    }

    [Fact]
    public async Task After_a_late_call_further_calls_for_the_same_endpoint_are_answered_at_once()
    {
        var time = new FakeTimeProvider();
        var deadline =
            new CallDeadline(new AdapterSettings(), new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), time, _log);
        var leave = Answer("Leave", "e1", CallKind.Remove, Block);
        time.Advance(new AdapterSettings().Timeouts.Call + CallDeadline.ReportGrace);
        await leave.Should().ThrowAsync<CnmException>();

        foreach (var method in new[] { "DeleteEndpoint", "ReleaseAddress" })
        {
            var next = Answer(method, "e1", CallKind.Remove, Block);
            time.Advance(CallDeadline.ReportGrace);
            await next.Should().ThrowAsync<CnmException>().WithMessage(
                "*earlier call for this endpoint (Leave) exceeded its deadline*continues in the background, and this call follows it*");
        }

        await Answer("Join", "e1", CallKind.Create, _ => throw new InvalidOperationException("it was begun"))
            .Should().ThrowAsync<CnmException>().WithMessage("*earlier call for this endpoint (Leave)*Nothing was done*");
        (await Answer("EndpointOperInfo", "e1", CallKind.Read, _ => Task.FromResult(2))()).Should().Be(2);
        (await Answer("Join", "e2", CallKind.Create, _ => Task.FromResult(3))()).Should().Be(3);
        _kernel.Set();
        await Eventually.TrueAsync(() => _log.Lines.Count == 3, "all three have ended");
        (await Answer("Join", "e1", CallKind.Create, _ => Task.FromResult(4))()).Should().Be(4);

        Func<Task<int>> Answer(string method, string endpoint, CallKind lane, Func<CancellationToken, Task<int>> work)
        {
            var answer = deadline.AnswerAsync(new Call(method, lane, endpoint), work, Cancellation);
            return () => answer;
        }
    }

    [Fact]
    public async Task A_late_failure_is_logged()
    {
        var call = () => _deadline.AnswerAsync(new Call("Leave", CallKind.Remove, "e1"), Fail, Cancellation);
        await call.Should().ThrowAsync<CnmException>();

        _kernel.Set();

        await Eventually.TrueAsync(() => _log.Lines.Count == 1, "the late end is logged");
        _log.Lines[0].Should().EndWith("the kernel said no");
    }

    [Fact]
    public async Task At_the_deadline_calls_that_create_are_cancelled_and_calls_that_clean_up_are_not()
    {
        var tokens = new List<CancellationToken>();
        foreach (var lane in new[] { CallKind.Create, CallKind.Remove })
            await _deadline.AnswerAsync(new Call("x", lane, "e1"), token => Task.FromResult(Add(token)), Cancellation);

        tokens.Select(token => token.CanBeCanceled).Should().Equal(true, false);

        int Add(CancellationToken token)
        {
            tokens.Add(token);
            return 0;
        }
    }

    private Task<int> Block(CancellationToken cancellationToken)
    {
        _kernel.Wait(CancellationToken.None);
        return Task.FromResult(1);
    }

    private Task<int> Fail(CancellationToken cancellationToken)
    {
        _kernel.Wait(CancellationToken.None);
        throw new IOException("the kernel said no");
    }
}
