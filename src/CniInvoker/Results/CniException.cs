using System.Text;

namespace CniInvoker;

/// <summary>
/// A CNI operation failed: a plugin said no, did not answer as the specification asks, or could not be run. The message is a sentence for a
/// person, with the network, the plugin, the operation, the plugin's own words, its code and the end of what it wrote to stderr.
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
    private static readonly string[] CrashWords = ["panic: ", "fatal error: ", "runtime: "];

    /// <summary>The error code (SPEC §5 "Error"), see <see cref="CniErrorCode"/>; 0 when the plugin gave none.</summary>
    public uint Code => code;

    /// <summary>The short description, as the plugin gave it.</summary>
    public string Msg => msg;

    /// <summary>The longer description, if there is one.</summary>
    public string? Details => details;

    /// <summary>The type of the plugin that failed; empty when none was to blame.</summary>
    public string Plugin { get; init; } = "";

    /// <summary>The network whose plugin failed; empty when it was none's.</summary>
    public string NetworkName { get; init; } = "";

    /// <summary>The operation that failed; null outside of operations.</summary>
    public CniOperation? Operation { get; init; }

    /// <summary>All that the plugin wrote to stderr.</summary>
    public string Stderr { get; init; } = "";

    /// <summary>The plugin was ended because its deadline was over.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// Why the DEL that followed a failed ADD failed too: something may be left behind, and DEL must be run again later. Null when nothing
    /// is left.
    /// </summary>
    public CniException? CleanupFailure { get; init; }

    /// <summary>What else failed in an operation that goes on after a failure (GC). Empty elsewhere.</summary>
    public IReadOnlyList<CniException> OtherFailures { get; init; } = [];

    /// <summary>The same operation may succeed later without any change: codes 11, 50 and 51, and deadlines.</summary>
    public bool IsTransient => TimedOut
        || code is CniErrorCode.TryAgainLater or CniErrorCode.NotAvailable or CniErrorCode.NotAvailableLimitedConnectivity;

    /// <summary>The whole story in a few sentences.</summary>
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

            text.Append(CleanupFailure is null ? "" : $" Undoing it failed too: {CleanupFailure.Message}");
            return text.AppendJoin("", OtherFailures.Select(other => $" Moreover: {other.Message}")).ToString();
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

    /// <summary>The same failure, with what is known about its circumstances.</summary>
    internal CniException During(CniOperation operation, string networkName) =>
        new(code, msg, details, this) { Operation = operation, NetworkName = networkName, Stderr = Stderr, TimedOut = TimedOut };

    /// <summary>The same failure, for whoever has run DEL once more and with success: nothing is left behind after all.</summary>
    public CniException WithoutCleanupFailure() => With(cleanupFailure: null, OtherFailures);

    /// <summary>The same failure, for whoever knows that something is left behind.</summary>
    /// <param name="cleanupFailure">What is left, or why DEL failed.</param>
    public CniException WithCleanupFailure(CniException cleanupFailure) => With(cleanupFailure, OtherFailures);

    /// <summary>Throws the first of several failures, with the others; nothing when there is none.</summary>
    internal static void ThrowAny(IReadOnlyList<CniException> failures)
    {
        if (failures.Count > 0)
            throw failures[0].With(failures[0].CleanupFailure, [.. failures.Skip(1)]);
    }

    /// <summary>This failure and the others that go with it, each by itself.</summary>
    internal IEnumerable<CniException> Apart() => [With(CleanupFailure, []), .. OtherFailures];

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

    // A sentence is read in one line of a terminal or log; the end of what a program says before it dies is what matters.
    private static string Tail(string stderr)
    {
        var all = stderr.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var lines = string.Join(" | ", all);
        return ErrorText.OneLine(lines.Length <= StderrTail ? lines : Crash(all) ?? $"…{lines[TailStart(lines)..]}");
    }

    // A Go program that crashes says why first, and shows its stacks and registers afterwards.
    private static string? Crash(string[] lines) => Array.FindIndex(lines, line => CrashWords.Any(word => line.StartsWith(word, StringComparison.Ordinal))) is >= 0 and var first
        ? string.Join(" | ", lines.Skip(first).Take(CrashLines).Select(line => line.Length <= StderrTail / CrashLines ? line : $"{line[..(StderrTail / CrashLines)]}…")) + " | …"
        : null;

    // Half a character is no text.
    private static int TailStart(string lines) => lines.Length - StderrTail + (char.IsLowSurrogate(lines[^StderrTail]) ? 1 : 0);
}
