using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>Interprets a plugin's output (SPEC §5): success, or the plugin's error.</summary>
internal static class PluginAnswer
{
    private const int LongestQuote = 300;

    private static readonly string[] ErrorKeys = ["cniVersion", "code", "msg", "details"];

    /// <exception cref="CniException">The plugin failed.</exception>
    public static void RequireSuccess(PluginRequest request, PluginOutput output, TimeSpan total)
    {
        if (output.TimedOut)
        {
            var msg = $"it did not finish within the operation's {Seconds(total)} and was terminated";
            throw request.Failure(CniErrorCode.None, msg, stderr: output.Stderr, timedOut: true);
        }

        if (output.Signal != 0)
            throw request.Failure(CniErrorCode.None, $"it was killed by signal {SignalName(output.Signal)}", stderr: output.Stderr);

        var json = TryParse(output.Stdout.Span);
        if (output.ExitCode != 0)
            throw Error(request, output, json);

        // An error object means failure, whatever the exit status. Objects that only resemble one (a log line, say) do not; and an answer
        // to VERSION without versions is reported as unusable.
        if (json is not null && request.Operation != CniOperation.Version && IsError(json))
            throw Error(request, output, json);
    }

    /// <summary>The exception for a plugin that did not start because the plugins before it used up the operation's time.</summary>
    public static CniException NoTimeLeft(PluginRequest request, TimeSpan total) =>
        request.Failure(CniErrorCode.None, $"the operation's {Seconds(total)} were over before it started", timedOut: true);

    /// <exception cref="CniException">There is no result, or it is not valid.</exception>
    public static CniResult ReadResult(PluginRequest request, PluginOutput output, string version)
    {
        try
        {
            return JsonText.IsBlank(output.Stdout.Span)
                ? throw new CniException(CniErrorCode.DecodingFailure, "it exited with status 0 but printed no result")
                : CniResult.Parse(output.Stdout, version).ConvertTo(version);
        }
        catch (CniException unusable)
        {
            var quote = JsonText.IsBlank(output.Stdout.Span) ? null : $"it printed: {Quote(output.Stdout.Span)}";
            throw request.Failure(unusable.Code, unusable.Msg, quote, unusable, output.Stderr);
        }
    }

    /// <exception cref="CniException">The answer to VERSION is not valid.</exception>
    public static PluginVersions ReadVersions(PluginRequest request, PluginOutput output)
    {
        try
        {
            var json = TryParse(output.Stdout.Span)
                ?? throw new CniException(CniErrorCode.DecodingFailure, "its answer is not a JSON object");
            ResultNormalization.NormalizeVersions(json);
            var version = ResultField.Text(json, "cniVersion")
                ?? throw new CniException(CniErrorCode.DecodingFailure, "its answer has no cniVersion");
            // Items that are not versions are ignored.
            var supported = ResultField.Texts(json, "supportedVersions")
                .Where(text => text.Length > 0 && SpecVersion.TryParse(text, out _)).ToList();
            return (supported.Count, version) switch
            {
                (0, "0.2.0") => new PluginVersions(version, ["0.1.0", "0.2.0"]), // 0.2.0 has no list.
                (0, _) => throw new CniException(CniErrorCode.DecodingFailure, "its answer has no supportedVersions"),
                _ => new PluginVersions(version, supported),
            };
        }
        catch (CniException unusable)
        {
            throw request.Failure(unusable.Code, unusable.Msg, $"it printed: {Quote(output.Stdout.Span)}", unusable, output.Stderr);
        }
    }

    private static CniException Error(PluginRequest request, PluginOutput output, JsonObject? json)
    {
        var status = $"it exited with status {output.ExitCode}";
        if (json is null)
        {
            var printed = JsonText.IsBlank(output.Stdout.Span)
                ? "without an error object"
                : $"and printed something other than an error object: {Quote(output.Stdout.Span)}";
            return request.Failure(CniErrorCode.None, $"{status} {printed}", stderr: output.Stderr);
        }

        var msg = Text(Field(json, "msg")) is { Length: > 0 } given ? given : $"{status} and gave no message";
        var code = ReadCode(Field(json, "code"), out var codeProblem);
        var details = string.Join("; ", new[] { Text(Field(json, "details")), codeProblem }.Where(part => !string.IsNullOrEmpty(part)));
        return request.Failure(code, msg, details.Length == 0 ? null : details, stderr: output.Stderr);
    }

    // Plugins that forward HTTP answers use the codes 200 to 299 for success.
    private static bool IsError(JsonObject json) =>
        ReadCode(Field(json, "code"), out _) is not (CniErrorCode.None or (>= 200 and < 300))
        && Field(json, "msg") is JsonValue msg && msg.TryGetValue(out string? text) && !string.IsNullOrWhiteSpace(text)
        && json.All(property => ErrorKeys.Any(key => GoJson.Matches(property.Key, key)));

    private static JsonNode? Field(JsonObject json, string key) =>
        json.LastOrDefault(property => property.Value is not null && GoJson.Matches(property.Key, key)).Value;

    private static uint ReadCode(JsonNode? json, out string? codeProblem)
    {
        codeProblem = null;
        var code = CniErrorCode.None;
        if (json is not null && !(json is JsonValue value && value.TryGetValue(out code)))
            codeProblem = $"its error code {json.ToJsonString()} is not an unsigned 32-bit number";

        return code;
    }

    private static string? Text(JsonNode? json) =>
        json is JsonValue value && value.TryGetValue(out string? text) ? text : json?.ToJsonString();

    private static JsonObject? TryParse(ReadOnlySpan<byte> stdout)
    {
        try
        {
            return JsonText.IsBlank(stdout) ? null : JsonText.Parse(stdout) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // The caller decides whether it needs JSON.
        }
    }

    private static string Quote(ReadOnlySpan<byte> text)
    {
        var start = Encoding.UTF8.GetString(text[..Math.Min(text.Length, LongestQuote)]).Trim().ReplaceLineEndings(" ");
        return $"\"{start}{(text.Length > LongestQuote ? "…" : "")}\"";
    }

    private static string Seconds(TimeSpan total) => $"{total.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s";

    private static string SignalName(int signal) => signal switch
    {
        6 => "6 (SIGABRT)",
        LibC.SIGKILL => "9 (SIGKILL)",
        11 => "11 (SIGSEGV)",
        LibC.SIGPIPE => "13 (SIGPIPE)",
        LibC.SIGTERM => "15 (SIGTERM)",
        _ => signal.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>A plugin's answer to VERSION (SPEC §5 "VERSION Success").</summary>
/// <param name="CniVersion">The version of the answer.</param>
/// <param name="Supported">The versions that the plugin supports.</param>
public sealed record PluginVersions(string CniVersion, IReadOnlyList<string> Supported);
