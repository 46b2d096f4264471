using System.Text;

namespace CniInvoker;

/// <summary>
/// A CNI operation failed: a plugin reported an error, answered against the specification, or could not run. The message is a sentence with
/// the network, the plugin, the operation, the plugin's error text, its code and the end of its stderr.
/// </summary>
/// <param name="code">One of <see cref="CniErrorCode"/>, or a plugin's own.</param>
/// <param name="msg">The short description, as the plugin gave it.</param>
/// <param name="details">The longer description, if there is one.</param>
/// <param name="innerException">The cause, if there is another.</param>
public sealed class CniException(uint code, string msg, string? details = null, Exception? innerException = null)
    : Exception(message: null, innerException)
{
    private const int StderrTail = 1000;
    private const int CrashLines = 4;
    private static readonly string[] CrashPrefixes = ["panic: ", "fatal error: ", "runtime: "];

    /// <summary>The error code (SPEC §5 "Error"), see <see cref="CniErrorCode"/>; 0 when the plugin gave none.</summary>
    public uint Code => code;

    /// <summary>The short description, as the plugin gave it.</summary>
    public string Msg => msg;

    /// <summary>The longer description, if there is one.</summary>
    public string? Details => details;

    /// <summary>The type of the plugin that failed; empty when no plugin failed.</summary>
    public string Plugin { get; init; } = "";

    /// <summary>The network of the operation; empty outside of networks.</summary>
    public string NetworkName { get; init; } = "";

    /// <summary>The operation that failed; null outside of operations.</summary>
    public CniOperation? Operation { get; init; }

    /// <summary>The plugin's whole stderr.</summary>
    public string Stderr { get; init; } = "";

    /// <summary>The plugin was terminated at its deadline.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// Why the DEL after a failed ADD failed too: the attachment may remain in part, and DEL must be repeated. Null when nothing remains.
    /// </summary>
    public CniException? CleanupFailure { get; init; }

    /// <summary>Further failures of an operation that continues after a failure (GC). Empty elsewhere.</summary>
    public IReadOnlyList<CniException> OtherFailures { get; init; } = [];

    /// <summary>The same operation may succeed later without any change: codes 11, 50 and 51, and deadlines.</summary>
    public bool IsTransient => TimedOut
        || code is CniErrorCode.TryAgainLater or CniErrorCode.NotAvailable or CniErrorCode.NotAvailableLimitedConnectivity;

    /// <summary>The whole error text, one line of a few sentences.</summary>
    public override string Message
    {
        get
        {
            var text = new StringBuilder(ErrorText.OneLine(Subject)).Append(ErrorText.OneLine(msg));
            if (!string.IsNullOrEmpty(details))
                text.Append("; ").Append(ErrorText.OneLine(details));

            EndSentence(text.Append(code == CniErrorCode.None ? "" : $" (code {code})"));
            if (Tail(Stderr ?? "") is { Length: > 0 } tail)
                EndSentence(text.Append(" stderr: ").Append(tail));

            text.Append(CleanupFailure is null ? "" : $" The clean-up failed too: {CleanupFailure.Message}");
            return text.AppendJoin("", OtherFailures.Select(other => $" Also: {other.Message}")).ToString();
        }
    }

    private string Subject =>
        (!string.IsNullOrEmpty(NetworkName) ? $"CNI network \"{NetworkName}\": " : "")
        + (!string.IsNullOrEmpty(Plugin), Operation) switch
        {
            (true, { } operation) => $"plugin \"{Plugin}\" failed {operation.Verb()}: ",
            (true, null) => $"plugin \"{Plugin}\": ",
            (false, { } operation) => $"{operation.Verb()} failed: ",
            _ => "",
        };

    /// <summary>The same failure without the clean-up's, for a caller that has repeated DEL with success.</summary>
    public CniException WithoutCleanupFailure() => With(cleanupFailure: null, OtherFailures);

    /// <summary>The same failure, with the information that something remains.</summary>
    /// <param name="cleanupFailure">What remains, or why DEL failed.</param>
    public CniException WithCleanupFailure(CniException cleanupFailure) => With(cleanupFailure, OtherFailures);

    /// <summary>The same failure, with the operation and the network.</summary>
    internal CniException During(CniOperation operation, string networkName) =>
        new(code, msg, details, this) { Operation = operation, NetworkName = networkName, Stderr = Stderr, TimedOut = TimedOut };

    /// <summary>Runs a part of an operation; its failures get the operation and the network.</summary>
    internal static T During<T>(CniOperation operation, string networkName, Func<T> part)
    {
        try
        {
            return part();
        }
        catch (CniException failure)
        {
            throw failure.During(operation, networkName);
        }
    }

    /// <inheritdoc cref="During{T}(CniOperation, string, Func{T})"/>
    internal static async Task<T> DuringAsync<T>(CniOperation operation, string networkName, Func<Task<T>> part)
    {
        try
        {
            return await part().ConfigureAwait(false);
        }
        catch (CniException failure)
        {
            throw failure.During(operation, networkName);
        }
    }

    /// <summary>Throws the first of several failures, with the others; nothing when there is none.</summary>
    internal static void ThrowAny(IReadOnlyList<CniException> failures)
    {
        if (failures.Count > 0)
            throw failures[0].With(failures[0].CleanupFailure, [.. failures.Skip(1)]);
    }

    /// <summary>This failure and <see cref="OtherFailures"/>, each by itself.</summary>
    internal IEnumerable<CniException> Flatten() => [With(CleanupFailure, []), .. OtherFailures];

    private CniException With(CniException? cleanupFailure, IReadOnlyList<CniException> otherFailures) => new(code, msg, details, this)
    {
        Operation = Operation,
        NetworkName = NetworkName,
        Plugin = Plugin,
        Stderr = Stderr,
        TimedOut = TimedOut,
        CleanupFailure = cleanupFailure,
        OtherFailures = otherFailures,
    };

    private static void EndSentence(StringBuilder text) => text.Append(text[^1] is '.' or '!' or '?' ? "" : ".");

    // The last lines of stderr tell most about a failure.
    private static string Tail(string stderr)
    {
        var all = stderr.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var lines = string.Join(" | ", all);
        return ErrorText.OneLine(lines.Length <= StderrTail ? lines : Crash(all) ?? $"…{lines[TailStart(lines)..]}");
    }

    // A Go program that crashes prints the reason first, then its stacks and registers.
    private static string? Crash(string[] lines) =>
        Array.FindIndex(lines, line => CrashPrefixes.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal))) is >= 0 and var first
            ? string.Join(" | ", lines.Skip(first).Take(CrashLines).Select(Shortened)) + " | …"
            : null;

    private static string Shortened(string line) =>
        line.Length <= StderrTail / CrashLines ? line : $"{line[..(StderrTail / CrashLines)]}…";

    // Does not split a surrogate pair.
    private static int TailStart(string lines) => lines.Length - StderrTail + (char.IsLowSurrogate(lines[^StderrTail]) ? 1 : 0);
}

/// <summary>The error codes that the specification reserves (SPEC §5 "Error"). Codes from 100 are the plugins' own.</summary>
public static class CniErrorCode
{
    /// <summary>No code: the plugin gave none, or did not run.</summary>
    public const uint None = 0;

    /// <summary>The version of the configuration or of the result is not supported.</summary>
    public const uint IncompatibleVersion = 1;

    /// <summary>A field of the network configuration is not supported.</summary>
    public const uint UnsupportedField = 2;

    /// <summary>The container is unknown or does not exist.</summary>
    public const uint UnknownContainer = 3;

    /// <summary>A required environment variable is missing or invalid.</summary>
    public const uint InvalidEnvironment = 4;

    /// <summary>Reading or writing failed.</summary>
    public const uint InputOutput = 5;

    /// <summary>Content could not be decoded.</summary>
    public const uint DecodingFailure = 6;

    /// <summary>The network configuration is invalid.</summary>
    public const uint InvalidNetworkConfiguration = 7;

    /// <summary>The network namespace is invalid.</summary>
    public const uint InvalidNetworkNamespace = 8;

    /// <summary>A transient condition: retry later.</summary>
    public const uint TryAgainLater = 11;

    /// <summary>STATUS: the plugin cannot serve ADD now.</summary>
    public const uint NotAvailable = 50;

    /// <summary>STATUS: the plugin cannot serve ADD now, and attached containers may have limited connectivity.</summary>
    public const uint NotAvailableLimitedConnectivity = 51;

    /// <summary>Every ordinary failure of a plugin that uses Go's library (cni pkg/types ErrInternal).</summary>
    public const uint Internal = 999;
}
