using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Telemetry.Export;

namespace Bridge.Adapter.Tests.Telemetry.Export;

/// <summary>What is counted and logged of spans that a receiver does not take.</summary>
public sealed class SpanLossesTests : IDisposable
{
    private readonly AdapterMetrics _metrics = new(new LogQueue(0, _ => ""));
    private readonly LogLines<SpanLosses> _log = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void A_receiver_cannot_fill_the_log_with_its_reason()
    {
        var losses = new SpanLosses(_metrics, new AdapterSettings(), _log) { Reason = $"gRPC: {new string('x', 60_000)}" };

        losses.Ended(1, isSent: false);
        losses.Ended(1, isSent: false);

        _log.Lines.Should().ContainSingle().Which.Should().Contain("gRPC: xxx").And.Match(line => line.Length < 500);
    }
}
