using System.Diagnostics;
using System.Text.Json;
using CniInvoker;

namespace Bridge.Adapter.Telemetry;

/// <summary>The span of one run of one plugin.</summary>
internal static class PluginSpan
{
    // CNI errors are a few hundred bytes.
    private const int LongestAnswer = 64 << 10;

    private const string TraceParent = "TRACEPARENT";

    private static readonly DistributedContextPropagator Propagator = DistributedContextPropagator.CreateW3CPropagator();

    public static Activity? BeginRun(this Traces traces, PluginRequest request) => !traces.HasListeners ? null
        : traces.Begin($"{request.Operation.Verb()} {request.PluginType}", ActivityKind.Client)
            .With(Span.Plugin, request.PluginType).With(Span.Verb, request.Operation.Verb())
            .With(Span.CniNetwork, request.NetworkName).With(Span.ContainerId, request.ContainerId)
            .With(Span.InterfaceName, request.ContainerId.Length > 0 ? Variable(request, "CNI_IFNAME") : null);

    /// <summary>The request, whose plugin continues the trace at this span.</summary>
    public static PluginRequest In(this PluginRequest request, Activity? span)
    {
        if (span is null)
            return request;

        List<KeyValuePair<string, string>> variables =
            [.. request.Environment.Where(variable => variable.Key is not (TraceParent or "TRACESTATE" or "BAGGAGE"))];
        Propagator.Inject(span, variables, static (carrier, header, value) =>
            ((List<KeyValuePair<string, string>>)carrier!).Add(new(header.ToUpperInvariant(), value)));
        return request with { Environment = variables };
    }

    /// <summary>The plugin has ended by itself or by a signal.</summary>
    public static void Ended(this Activity? span, PluginRequest request, PluginOutput output, string outcome, SpanSecrets secrets)
    {
        if (span is not { IsAllDataRequested: true })
            return;

        if (output is { Signal: 0, TimedOut: false })
            span.With(Span.ExitCode, output.ExitCode);

        if (output is { ExitCode: 0, Signal: 0, TimedOut: false })
            return;

        secrets.Learn(request);
        var (code, message) = ErrorOf(output);
        if (code is { } number)
            span.With(Span.ErrorCode, number);

        span.Fail(message ?? outcome);
    }

    // SPEC, section 5, Error.
    private static (long? Code, string? Message) ErrorOf(PluginOutput output)
    {
        if (output.Stdout.Length is 0 or > LongestAnswer)
            return default;

        try
        {
            using var answer = JsonDocument.Parse(output.Stdout);
            return answer.RootElement.ValueKind != JsonValueKind.Object ? default : (Number(answer.RootElement), Text(answer.RootElement));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return default; // Not JSON, or its text is none; the caller reports what the plugin printed.
        }
    }

    private static long? Number(JsonElement error) =>
        error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt64(out var number)
            ? number
            : null;

    private static string? Text(JsonElement error) =>
        error.TryGetProperty("msg", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string? Variable(PluginRequest request, string name) =>
        request.Environment.FirstOrDefault(variable => variable.Key == name).Value;
}
