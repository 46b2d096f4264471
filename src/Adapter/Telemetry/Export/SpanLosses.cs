using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Telemetry.Export;

/// <summary>
/// Counts spans that wait, were sent, or were lost. The log reports when losses begin and when they end, and not each of them.
/// </summary>
internal sealed class SpanLosses
{
    /// <summary>Spans of about a hundred starts and ends of containers.</summary>
    public const int MostWaiting = 2048;

    // The receiver may write a part of it.
    private const int LongestReason = 200;

    private readonly string _receiver;
    private readonly ILogger<SpanLosses> _logger;
    private long _waiting;
    private long _sent;
    private long _lost;
    private int _isLosing;

    public SpanLosses(AdapterMetrics metrics, AdapterSettings settings, ILogger<SpanLosses> logger)
    {
        (_receiver, _logger) = (settings.Traces.Endpoint?.OriginalString ?? "", logger);
        metrics.Meter.CreateObservableCounter("cnm_cni_spans_sent_total", () => Interlocked.Read(ref _sent),
            description: "Spans that the receiver of traces has taken.");
        metrics.Meter.CreateObservableCounter("cnm_cni_spans_lost_total", () => Interlocked.Read(ref _lost),
            description: "Spans that the receiver of traces did not take, or for which the queue had no room.");
    }

    /// <summary>Why the latest request failed. The end of a long text is left out.</summary>
    public string Reason
    {
        get;
        set => field = value.Length <= LongestReason ? value : $"{value[..LongestReason]}…";
    } = "it takes too long";

    /// <summary>Takes a place for one more span; without one it is lost.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _waiting) <= MostWaiting)
            return true;

        Interlocked.Decrement(ref _waiting);
        Lose(1);
        return false;
    }

    /// <summary>A batch has left its places.</summary>
    public void Ended(long spans, bool isSent)
    {
        Interlocked.Add(ref _waiting, -spans);
        if (!isSent)
        {
            Lose(spans);
            return;
        }

        Interlocked.Add(ref _sent, spans);
        if (Interlocked.Exchange(ref _isLosing, 0) == 1)
            _logger.SpansAreTaken(_receiver, Interlocked.Read(ref _lost));
    }

    private void Lose(long spans)
    {
        Interlocked.Add(ref _lost, spans);
        if (Interlocked.Exchange(ref _isLosing, 1) == 0)
            _logger.SpansAreLost(_receiver, Reason);
    }
}
