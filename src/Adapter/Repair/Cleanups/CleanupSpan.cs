using System.Diagnostics;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>The spans of clean-ups, which lead to the call that let them begin, also after a restart of cnm-cni.</summary>
internal static class CleanupSpan
{
    /// <summary>A part of the work that needs it, such as a release or `cnm-cni repair`; a retry is work of its own.</summary>
    public static Activity? BeginCleanup(this Traces traces, PluginRecord record)
    {
        var span = Activity.Current is null ? traces.BeginBackground("clean-up", CauseOf([record])) : traces.Begin("clean-up");
        return span.With(Span.CniNetwork, record.CniNetwork).With(Span.ContainerId, record.ContainerId)
            .With(Span.EndpointId, (record as AttachmentRecord)?.EndpointId)
            .With(Span.NetworkId, (record as AttachmentRecord)?.NetworkId);
    }

    /// <summary>The call that let the clean-up of one of the records begin; default: it was not recorded.</summary>
    public static ActivityContext CauseOf(IEnumerable<PluginRecord> records) =>
        records.Select(record => record.CausedBy).OfType<string>().FirstOrDefault() is { } cause
            && ActivityContext.TryParse(cause, traceState: null, isRemote: false, out var context)
                ? context
                : default;
}
