using System.Diagnostics;

namespace CniInvoker;

/// <summary>
/// Tells plugins which trace they are part of: TRACEPARENT, TRACESTATE and BAGGAGE, the W3C headers as environment variables. Nothing is told
/// where no <see cref="Activity"/> is current.
/// </summary>
internal static class TraceContext
{
    private static readonly DistributedContextPropagator Propagator = DistributedContextPropagator.CreateW3CPropagator();

    public static void AddTo(ICollection<KeyValuePair<string, string>> variables)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            Propagator.Inject(activity, variables, static (carrier, header, value) =>
                ((ICollection<KeyValuePair<string, string>>)carrier!).Add(new(header.ToUpperInvariant(), value)));
        }
    }
}
