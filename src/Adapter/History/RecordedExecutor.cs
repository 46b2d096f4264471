using System.Text;
using System.Text.Json;
using Bridge.Adapter.Redaction;
using CniInvoker;

namespace Bridge.Adapter.History;

/// <summary>Writes what every plugin was given and answered into the history.</summary>
internal sealed class RecordedExecutor(IPluginExecutor executor, HistoryLog history, TimeProvider timeProvider) : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        if (!history.IsOn)
            return await executor.ExecuteAsync(request, cancellationToken);

        var start = timeProvider.GetTimestamp();
        try
        {
            var output = await executor.ExecuteAsync(request, cancellationToken);
            Add(request, output, error: null, timeProvider.GetElapsedTime(start));
            return output;
        }
        catch (Exception failure)
        {
            Add(request, output: null, failure.Message, timeProvider.GetElapsedTime(start));
            throw;
        }
    }

    private void Add(PluginRequest request, PluginOutput? output, string? error, TimeSpan duration)
    {
        var input = PluginText.Of(request.Stdin);
        var answer = PluginText.Of(output?.Stdout ?? default);
        var said = PluginText.Of(output?.Stderr ?? "");

        // What is too long to be kept is not kept in the queue either.
        request = request with { Stdin = default };
        output = output is null ? null : output with { Stdout = default, Stderr = "" };
        history.Add(HistoryEventKind.Plugin,
            (made, redactor) => made with
            {
                ContainerId = request.ContainerId.Length > 0 ? request.ContainerId : null,
                CniNetwork = request.NetworkName.Length > 0 ? request.NetworkName : null,
                Plugin = Run(request, output, input, answer, said, error, duration, redactor),
            },
            input.Bytes + answer.Bytes + said.Bytes);
    }

    private static PluginRun Run(
        PluginRequest request, PluginOutput? output, PluginText input, PluginText answer, PluginText said, string? error,
        TimeSpan duration, Redactor redactor)
    {
        // First the input: its secrets may be in everything else. Where they are unknown, nothing else is kept.
        var given = input.Json(redactor);
        if (input.IsLeftOut)
            (answer, said) = (answer.LeftOut(), said.LeftOut());

        return new PluginRun(request.PluginType, request.Operation.Verb(), Outcome(output), Math.Round(duration.TotalMilliseconds, 1))
        {
            Path = request.Path,
            Ifname = Variable(request, "CNI_IFNAME"),
            Netns = Variable(request, "CNI_NETNS"),
            Args = Variable(request, "CNI_ARGS") is { } arguments ? redactor.Arguments(arguments) : null,
            Input = given,
            ExitCode = output is { Signal: 0, TimedOut: false } ? output.ExitCode : null,
            Signal = output is { Signal: not 0 } ? output.Signal : null,
            Output = answer.Json(redactor),
            ErrorOutput = said.Text(redactor),
            Error = error is null ? null : redactor.Text(error),
        };
    }

    private static string? Variable(PluginRequest request, string name) =>
        request.Environment.FirstOrDefault(variable => variable.Key == name).Value is { Length: > 0 } value ? value : null;

    private static string Outcome(PluginOutput? output) => output switch
    {
        null => "nostart",
        { TimedOut: true } => "timeout",
        { Signal: not 0 } => "signal",
        { ExitCode: 0 } => "success",
        _ => "failure",
    };
}

/// <summary>Stdin or output of a plugin, as it is kept: without secrets, and cut.</summary>
internal readonly record struct PluginText
{
    /// <summary>A longer text is cut here, in characters.</summary>
    public const int Longest = 16 << 10;

    /// <summary>Nothing is kept of a longer one, in bytes: to look for its secrets would take too long.</summary>
    public const int LongestRead = 1 << 20;

    private readonly ReadOnlyMemory<byte> _text;
    private readonly int _unread;

    private PluginText(ReadOnlyMemory<byte> text, int unread) => (_text, _unread) = (text, unread);

    /// <summary>That it keeps in memory.</summary>
    public int Bytes => _text.Length;

    /// <summary>Only its length is kept.</summary>
    public bool IsLeftOut => _unread > 0;

    public PluginText LeftOut() => new(default, _unread + _text.Length);

    public static PluginText Of(ReadOnlyMemory<byte> text) => text.Length <= LongestRead ? new(text, 0) : new(default, text.Length);

    public static PluginText Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <returns>Null: it is empty.</returns>
    public JsonElement? Json(Redactor redactor)
    {
        if (IsLeftOut || _text.IsEmpty)
            return Quoted(Text(redactor));

        if (redactor.Json(_text) is not { } json)
            return Quoted(Text(redactor));

        if (json.Length > Longest)
            return Quoted(Cut(json));

        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1024 });
        return document.RootElement.Clone();
    }

    /// <returns>Null: it is empty.</returns>
    public string? Text(Redactor redactor) =>
        IsLeftOut ? $"({_unread} bytes, not kept)"
        : _text.IsEmpty ? null
        : Cut(redactor.Text(Encoding.UTF8.GetString(_text.Span).TrimEnd()));

    private static string Cut(string text) =>
        text.Length <= Longest ? text : $"{text[..Longest]}… ({text.Length - Longest} more characters)";

    private static JsonElement? Quoted(string? text) =>
        text is null ? null : JsonSerializer.SerializeToElement(text, HistoryJson.Default.String);
}
