using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>What a plugin's output means (SPEC §5): success, or the error in the plugin's own words.</summary>
internal static class PluginAnswer
{
    private const int LongestQuote = 300;

    private static readonly string[] ErrorKeys = ["cniVersion", "code", "msg", "details"];

    /// <exception cref="CniException">The plugin failed.</exception>
    public static void RequireSuccess(PluginRequest request, PluginOutput output, TimeSpan total)
    {
        if (output.TimedOut)
        {
            var msg = $"{Deadline(total)} were over before it finished, and it was ended";
            throw request.Failure(CniErrorCode.None, msg, stderr: output.Stderr, timedOut: true);
        }

        if (output.Signal != 0)
            throw request.Failure(CniErrorCode.None, $"it was killed by signal {SignalName(output.Signal)}", stderr: output.Stderr);

        var json = TryParse(output.Stdout.Span);
        if (output.ExitCode != 0)
            throw Error(request, output, json);

        // A plugin that says what went wrong has failed, whatever its exit status. But what is a line of a log to anybody else is one here too; and an
        // answer to VERSION without versions is unusable, and no more.
        if (json is not null && request.Operation != CniOperation.Version && IsError(json))
            throw Error(request, output, json);
    }

    /// <summary>The exception for a plugin that was not started because its predecessors had used up the time.</summary>
    public static CniException NoTimeLeft(PluginRequest request, TimeSpan total) =>
        request.Failure(CniErrorCode.None, $"{Deadline(total)} were over before it could be started", timedOut: true);

    /// <exception cref="CniException">There is no result, or none that can be understood.</exception>
    public static CniResult ReadResult(PluginRequest request, PluginOutput output, string version)
    {
        try
        {
            return IsBlank(output.Stdout.Span)
                ? throw new CniException(CniErrorCode.DecodingFailure, "it exited with status 0 but printed no result")
                : CniResult.Parse(output.Stdout, version).ConvertTo(version);
        }
        catch (CniException unusable)
        {
            var quote = IsBlank(output.Stdout.Span) ? null : $"it printed: {Quote(output.Stdout.Span)}";
            throw request.Failure(unusable.Code, unusable.Msg, quote, unusable, output.Stderr);
        }
    }

    /// <exception cref="CniException">The answer to VERSION cannot be understood.</exception>
    public static PluginVersions ReadVersions(PluginRequest request, PluginOutput output)
    {
        try
        {
            var json = TryParse(output.Stdout.Span)
                ?? throw new CniException(CniErrorCode.DecodingFailure, "its answer is not a JSON object");
            ResultShape.StraightenVersions(json);
            var version = ResultField.Text(json, "cniVersion")
                ?? throw new CniException(CniErrorCode.DecodingFailure, "its answer has no cniVersion");
            // What is no version is none that the plugin supports.
            var supported = ResultField.Texts(json, "supportedVersions").Where(text => text.Length > 0 && SpecVersion.TryParse(text, out _)).ToList();
            return (supported.Count, version) switch
            {
                (0, "0.2.0") => new PluginVersions(version, ["0.1.0", "0.2.0"]), // Older than the list.
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
            var said = IsBlank(output.Stdout.Span)
                ? "without an error object"
                : $"and printed something that is no error object: {Quote(output.Stdout.Span)}";
            return request.Failure(CniErrorCode.None, $"{status} {said}", stderr: output.Stderr);
        }

        var msg = Text(Said(json, "msg")) is { Length: > 0 } given ? given : $"{status} and gave no message";
        var code = ReadCode(Said(json, "code"), out var oddity);
        var details = string.Join("; ", new[] { Text(Said(json, "details")), oddity }.Where(part => !string.IsNullOrEmpty(part)));
        return request.Failure(code, msg, details.Length == 0 ? null : details, stderr: output.Stderr);
    }

    // 200 to 299 are what programs that speak HTTP call success.
    private static bool IsError(JsonObject json) =>
        ReadCode(Said(json, "code"), out _) is not (CniErrorCode.None or (>= 200 and < 300))
        && Said(json, "msg") is JsonValue msg && msg.TryGetValue(out string? words) && !string.IsNullOrWhiteSpace(words)
        && json.All(property => ErrorKeys.Any(key => GoJson.Matches(property.Key, key)));

    private static JsonNode? Said(JsonObject json, string key) => json.LastOrDefault(property => property.Value is not null && GoJson.Matches(property.Key, key)).Value;

    private static uint ReadCode(JsonNode? json, out string? oddity)
    {
        oddity = null;
        var code = CniErrorCode.None;
        if (json is not null && !(json is JsonValue value && value.TryGetValue(out code)))
            oddity = $"its error code {json.ToJsonString()} is not one";

        return code;
    }

    private static string? Text(JsonNode? json) =>
        json is JsonValue value && value.TryGetValue(out string? text) ? text : json?.ToJsonString();

    private static JsonObject? TryParse(ReadOnlySpan<byte> stdout)
    {
        try
        {
            return IsBlank(stdout) ? null : JsonText.Parse(stdout) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // Whether that matters depends on what was asked.
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static string Quote(ReadOnlySpan<byte> text)
    {
        var words = Encoding.UTF8.GetString(text[..Math.Min(text.Length, LongestQuote)]).Trim().ReplaceLineEndings(" ");
        return $"\"{words}{(text.Length > LongestQuote ? "…" : "")}\"";
    }

    private static string Deadline(TimeSpan total) =>
        $"the {total.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s that the operation may take";

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
