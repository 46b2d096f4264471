using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Bridge.Adapter.Tests.Telemetry.Export;

/// <summary>A receiver that is down, slow or hostile costs spans, never an answer to Docker, and says so once.</summary>
public sealed class HostileReceiverTests() : TracedDaemonTest("")
{
    private static readonly byte[] Noise = new byte[64 << 10];

    [Fact]
    public async Task Without_a_receiver_spans_are_lost_and_the_log_says_so_once_and_when_it_is_back()
    {
        for (var number = 0; number < 3; number++)
        {
            await Docker.RequestAddressAsync();
            await Task.Delay(TimeSpan.FromSeconds(1.2), Cancellation); // A batch each.
        }

        await Eventually.TrueAsync(async _ => await CounterAsync("cnm_cni_spans_lost_total") >= 4, "spans are lost", Cancellation);
        Logged(522).Should().ContainSingle().Which.Should().Contain("otlp.sock").And.Contain("containers are not affected");
        await using var receiver = await ReceiveAsync();
        await Docker.RequestAddressAsync();
        await SpanAsync(receiver, "IpamDriver.RequestAddress");
        await Eventually.TrueAsync(() => Logged(523).Length == 1, "the log says that it takes them again");
    }

    [Theory]
    [InlineData("hangs", "no answer within")]
    [InlineData("refuses", "HTTP status 401")]
    [InlineData("redirects", "HTTP status 307")]
    [InlineData("floods", "HTTP status 500")]
    public async Task Docker_never_waits_for_it(string deed, string reason)
    {
        await using var receiver = await ReceiveAsync();
        await Docker.RequestAddressAsync();
        await SpanAsync(receiver, "IpamDriver.RequestAddress");
        var (before, elsewhere) = (await CounterAsync("cnm_cni_spans_lost_total"), false);
        receiver.Misbehaviour = context =>
        {
            elsewhere |= context.Request.Path == "/elsewhere";
            return MisbehaveAsync(deed, context);
        };

        var start = Stopwatch.GetTimestamp();
        for (var number = 0; number < 20; number++)
            await Docker.EndpointAsync("EndpointOperInfo", Endpoint);

        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(5), "it answers none of them within that");
        await Eventually.TrueAsync(async _ => await CounterAsync("cnm_cni_spans_lost_total") > before, "spans are lost", Cancellation);
        await Eventually.TrueAsync(() => Logged(522).LastOrDefault()?.Contains(reason, StringComparison.Ordinal) == true, "it is logged");
        elsewhere.Should().BeFalse();
        start = Stopwatch.GetTimestamp();
        Daemon.Terminate();
        (await Daemon.EndAsync()).Should().Be(0);
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(13), "that is its bound without spans");
    }

    private static async Task MisbehaveAsync(string deed, HttpContext context)
    {
        switch (deed)
        {
            case "hangs":
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "refuses":
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                break;
            case "redirects":
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                context.Response.Headers.Location = "/elsewhere";
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(Noise, context.RequestAborted);

                break;
        }
    }
}
