using Bridge.Adapter.Redaction;
using CniInvoker;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// Keeps secrets out of the messages of spans, which leave the host: a plugin may print what its configuration contains, and the call that
/// ran it repeats that.
/// </summary>
/// <param name="known">Values that are secret wherever they stand.</param>
internal sealed class SpanSecrets(IEnumerable<string> known)
{
    // Nothing is learned from a longer one: it would take too long.
    private const int LongestRead = 1 << 20;

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Redactor _redactor = new(known);

    /// <summary>Remembers the secrets that the plugin of a failed run was given.</summary>
    public void Learn(PluginRequest request)
    {
        lock (_lock)
        {
            if (request.Stdin.Length <= LongestRead)
                _ = _redactor.Json(request.Stdin);

            if (request.Environment.FirstOrDefault(variable => variable.Key == "CNI_ARGS").Value is { Length: > 0 } arguments)
                _ = _redactor.Arguments(arguments);
        }
    }

    /// <summary>The message without them, and without what looks like one.</summary>
    public string RemoveFrom(string message)
    {
        lock (_lock)
            return _redactor.Text(message);
    }
}
