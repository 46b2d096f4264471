using System.Diagnostics;

namespace Bridge.Adapter.Telemetry;

/// <summary>The attributes of spans, and what is set in the same way on all of them. Each does nothing where there is no span.</summary>
internal static class Span
{
    public const string NetworkId = "cnm.network.id";
    public const string EndpointId = "cnm.endpoint.id";
    public const string Sandbox = "cnm.sandbox";
    public const string Pool = "cnm.pool.id";
    public const string Outcome = "cnm.outcome";
    public const string CniNetwork = "cni.network";
    public const string ContainerId = "cni.container.id";
    public const string Plugin = "cni.plugin";
    public const string Verb = "cni.verb";
    public const string InterfaceName = "cni.ifname";
    public const string PluginOutcome = "cni.outcome";
    public const string ErrorCode = "cni.error.code";
    public const string ExitCode = "process.exit.code";
    public const string Finding = "cnm_cni.finding";

    // A plugin's message may be as long as its output.
    private const int LongestText = 1000;

    /// <summary>Sets an attribute that has a value.</summary>
    public static Activity? With(this Activity? span, string attribute, string? value)
    {
        if (span is { IsAllDataRequested: true } && !string.IsNullOrEmpty(value))
            span.SetTag(attribute, Cut(value));

        return span;
    }

    public static Activity? With(this Activity? span, string attribute, long value)
    {
        if (span is { IsAllDataRequested: true })
            span.SetTag(attribute, value);

        return span;
    }

    /// <summary>The work failed.</summary>
    public static void Fail(this Activity? span, string message) => span?.SetStatus(ActivityStatusCode.Error, Cut(message));

    // Not within a word: a part of a secret would not be recognized.
    private static string Cut(string text) => text.Length <= LongestText ? text
        : text[..(text.LastIndexOf(' ', LongestText) is > 0 and var blank ? blank : LongestText)];
}
