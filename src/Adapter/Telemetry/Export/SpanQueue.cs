using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Bridge.Adapter.Telemetry.Export;

/// <summary>
/// Spans on their way to the receiver, in batches, on a thread of its own. Those beyond the bound are counted as lost: a receiver that
/// hangs holds no more memory than that.
/// </summary>
internal sealed class SpanQueue(SpanExporter exporter, SpanLosses losses, SpanSecrets secrets) : BatchExportProcessor<Activity>(
    exporter, SpanLosses.MostWaiting, (int)Pause.TotalMilliseconds, (int)TraceHttp.Patience.TotalMilliseconds, LargestBatch)
{
    private const int LargestBatch = 512;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override void OnExport(Activity data)
    {
        if (!data.Recorded || !losses.TryTake())
            return;

        if (data.StatusDescription is { } message)
            data.SetStatus(data.Status, secrets.RemoveFrom(message));

        base.OnExport(data);
    }
}

/// <summary>Sends one batch, and counts it.</summary>
internal sealed class SpanExporter(OtlpExporterOptions options, SpanLosses losses) : OtlpTraceExporter(options)
{
    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        var count = activityBatch.Count;
        var result = base.Export(activityBatch);
        losses.Ended(count, result == ExportResult.Success);
        return result;
    }
}
