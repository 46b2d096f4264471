using System.Diagnostics;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// Spans of Docker's calls, of plugin runs and of work in the background; docs/telemetry.md lists them. While nobody listens, no span is
/// made, and calls only pass on the trace of their caller.
/// </summary>
internal sealed class Traces : IDisposable
{
    /// <summary>The name under which exporters find the spans.</summary>
    public const string SourceName = "cnm-cni";

    // W3C trace context, which plugins get too.
    private static readonly DistributedContextPropagator Propagator = DistributedContextPropagator.CreateW3CPropagator();

    private readonly ActivitySource _source = new(SourceName, ProgramVersion.Number);

    /// <summary>The span that a work in the background may name as its cause; default: none is recorded here.</summary>
    public static ActivityContext Here => Activity.Current is { Recorded: true } current ? current.Context : default;

    /// <summary>Begins the span of a call, in the trace of its caller if the headers name one.</summary>
    /// <returns>Null: nobody listens, and the caller has no trace.</returns>
    public Activity? BeginCall(string method, IHeaderDictionary headers)
    {
        var hasTrace = headers.TraceParent.Count > 0 || headers.Baggage.Count > 0;
        if (!hasTrace && !_source.HasListeners())
            return null;

        Propagator.ExtractTraceIdAndState(headers, Header, out var parent, out var state);
        _ = ActivityContext.TryParse(parent, state, isRemote: true, out var caller);
        var span = _source.StartActivity(method, ActivityKind.Server, caller) ?? (hasTrace ? PassedOn(parent, state) : null);
        foreach (var (key, value) in hasTrace ? Propagator.ExtractBaggage(headers, Header) ?? [] : [])
            span?.AddBaggage(key, value);

        return span;
    }

    /// <summary>Begins the span of a part of the present work; of work of its own, if there is none.</summary>
    /// <param name="name">From a small set.</param>
    /// <param name="kind">Whose work it is.</param>
    /// <returns>Null: nobody listens, or this trace is not recorded.</returns>
    public Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) => _source.StartActivity(name, kind);

    /// <summary>Begins the span of work in the background, which belongs to no call, also where it runs in the context of one.</summary>
    /// <param name="name">From a small set.</param>
    /// <param name="cause">The call that caused it; default: none, or an unknown one.</param>
    /// <returns>Null: nobody listens.</returns>
    public Activity? BeginBackground(string name, ActivityContext cause)
    {
        Activity.Current = null;
        return !_source.HasListeners() ? null
            : _source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), tags: null, LinksTo(cause));
    }

    /// <summary>Whether names of spans are worth making.</summary>
    public bool HasListeners => _source.HasListeners();

    public void Dispose() => _source.Dispose();

    private static ActivityLink[] LinksTo(ActivityContext cause) => cause == default ? [] : [new ActivityLink(cause)];

    private static Activity PassedOn(string? parent, string? state)
    {
        var activity = new Activity("call");
        if (parent is not null)
        {
            activity.SetParentId(parent);
            activity.TraceStateString = state;
        }

        return activity.Start();
    }

    private static void Header(object? headers, string name, out string? value, out IEnumerable<string>? values)
    {
        var found = ((IHeaderDictionary)headers!)[name];
        value = found.Count == 1 ? found[0] : null;
        values = found.Count > 1 ? found.OfType<string>() : null;
    }
}
