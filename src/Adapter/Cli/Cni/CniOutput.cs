using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What the commands print: indented, in the specification's own spelling, without what is absent.</summary>
[JsonSerializable(typeof(ErrorObject))]
[JsonSerializable(typeof(CollectedGarbage))]
[JsonSerializable(typeof(CniListing))]
[JsonSerializable(typeof(ValidationReport))]
internal sealed partial class CniJson : JsonSerializerContext
{
    // A terminal is no browser: quotes and letters of all languages stay readable.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static CniJson Indented { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        Encoder = Encoder,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    public static string Text(JsonNode json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = Encoder }))
            json.WriteTo(writer);

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}

/// <summary>A failure as plugins print it (SPEC §5, "Error"), so that programs that parse plugins' errors can parse it.</summary>
/// <param name="CniVersion">The version of this object; its shape is the same in all of them.</param>
/// <param name="Code">Never 0, which some readers take for no error.</param>
/// <param name="Msg">The short description.</param>
/// <param name="Details">The longer one, if there is one, and what failed besides.</param>
internal sealed record ErrorObject(string CniVersion, uint Code, string Msg, string? Details)
{
    private const string Version = "1.1.0";

    public static ErrorObject Of(CniException failed)
    {
        IEnumerable<string?> details =
        [
            failed.Details,
            failed.CleanupFailure is { } cleanup ? $"The clean-up failed too: {cleanup.Message}" : null,
            .. failed.OtherFailures.Select(other => $"Moreover: {other.Message}"),
        ];
        return Of(failed.Code, failed.Msg, string.Join("; ", details.Where(detail => !string.IsNullOrEmpty(detail))));
    }

    public static ErrorObject Of(uint code, string msg, string? details = null) =>
        new(Version, code == CniErrorCode.None ? CniErrorCode.Internal : code, msg, string.IsNullOrEmpty(details) ? null : details);
}

/// <summary>The caller's mistake, found before anything ran: in the arguments, in the environment or in the settings file.</summary>
/// <param name="message">What is wrong where, and what to write instead.</param>
/// <param name="code">One of <see cref="CniErrorCode"/>.</param>
internal sealed class MisuseException(string message, uint code = CniErrorCode.InvalidEnvironment) : Exception(message)
{
    public uint Code => code;
}
