using Bridge.TraceReceiver.Otlp;
using Google.Protobuf;

namespace Bridge.TraceReceiver;

/// <summary>A span as it came over the wire.</summary>
/// <param name="Trace">In hexadecimal digits, as all ids.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Parent">Empty for the root of a trace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Attributes">Values as text.</param>
/// <param name="Links">The ids of spans that it leads to.</param>
/// <param name="Error">The message of its status; null: it is no error.</param>
/// <param name="Duration">From its begin to its end.</param>
/// <param name="Resource">The attributes of the process.</param>
public sealed record ReceivedSpan(
    string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Links,
    string? Error, TimeSpan Duration, IReadOnlyDictionary<string, string> Resource)
{
    private const int Failed = 2;
    private const long NanosecondsPerTick = 100;

    /// <summary>The value of an attribute; empty without it.</summary>
    public string this[string attribute] => Attributes.GetValueOrDefault(attribute, "");

    internal static IEnumerable<ReceivedSpan> Of(ExportRequest request) =>
        from part in request.ResourceSpans
        let resource = Texts(part.Resource?.Attributes ?? [])
        from scope in part.ScopeSpans
        from span in scope.Spans
        select Of(span, resource);

    private static ReceivedSpan Of(SpanMessage span, IReadOnlyDictionary<string, string> resource) => new(
        Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId), span.Name, Texts(span.Attributes),
        [.. span.Links.Select(link => Hex(link.SpanId))], span.Status?.Code == Failed ? span.Status.Message : null,
        TimeSpan.FromTicks((long)(span.EndNanoseconds - span.StartNanoseconds) / NanosecondsPerTick), resource);

    private static Dictionary<string, string> Texts(IEnumerable<KeyValue> attributes) => attributes.ToDictionary(
        attribute => attribute.Key, attribute => attribute.Value.ValueCase == Value.ValueOneofCase.Text
            ? attribute.Value.Text
            : $"{attribute.Value.Number}");

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);
}
