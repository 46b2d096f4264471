using System.Globalization;
using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.History;

namespace Bridge.Adapter.Cli.History;

/// <summary>Events for people: a line each.</summary>
internal static class EventText
{
    private const int WidestKind = 17; // ports-unpublished

    public static string Line(HistoryEvent shown) => $"{Time(shown.Time)}  {Kind(shown.Kind).PadRight(WidestKind)}  {OneLine(What(shown))}";

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>What a plugin was given and answered, below its line.</summary>
    public static IEnumerable<string> Details(PluginRun run)
    {
        (string Name, string? Text)[] parts =
        [
            ("CNI_NETNS", run.Netns), ("CNI_IFNAME", run.Ifname), ("CNI_ARGS", run.Args), ("input", Json(run.Input)),
            ("output", Json(run.Output)), ("error output", run.ErrorOutput), ("error", run.Error),
        ];
        foreach (var (name, text) in parts.Where(part => part.Text is not null))
        {
            var lines = text!.Split('\n');
            yield return lines.Length == 1 ? $"    {name}: {lines[0]}" : $"    {name}:";
            foreach (var line in lines.Length == 1 ? [] : lines)
                yield return $"      {line}";
        }
    }

    private static string Kind(HistoryEventKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static string What(HistoryEvent shown) => shown switch
    {
        { Plugin: { } run } =>
            $"{run.Verb} of {run.Type}{On(shown)}{For(shown)}: {Outcome(run)} in {run.Milliseconds:0.#} ms{Because(run)}",
        { Finding: { } finding } => $"{finding.Kind}: {finding.What}: {ErrorDescription.Sentence(finding.Why)} {finding.Done}",
        { Kind: HistoryEventKind.NetworkMade or HistoryEventKind.NetworkRemoved } =>
            $"Docker network {DockerId.Short(shown.NetworkId ?? "")}{On(shown)}",
        { Kind: HistoryEventKind.CleanupFailed } => $"{Who(shown)}{On(shown)}, attempt {shown.Count}: {shown.Text}",
        { ContainerId: not null } => $"{Who(shown)}{On(shown)}{Addresses(shown)}{Ports(shown)}",
        _ => shown.Text ?? "",
    };

    private static string Who(HistoryEvent shown) => shown switch
    {
        { Kind: HistoryEventKind.AddressReserved or HistoryEventKind.AddressReleased, ContainerId: { } id } =>
            $"reservation {DockerId.Short(id)}",
        { Container: { } name, EndpointId: { } id } => $"container {name} (endpoint {DockerId.Short(id)})",
        { EndpointId: { } id } when id == shown.ContainerId && shown.Kind == HistoryEventKind.MadeAhead =>
            $"warm attachment {DockerId.Short(id)}",
        { EndpointId: { } id } => $"endpoint {DockerId.Short(id)}",
        _ => $"reservation {DockerId.Short(shown.ContainerId ?? "")}",
    };

    private static string On(HistoryEvent shown) => shown.CniNetwork is { } network ? $" on {network}" : "";

    private static string For(HistoryEvent shown) => shown.ContainerId is { } id ? $" for {DockerId.Short(id)}" : "";

    private static string Addresses(HistoryEvent shown) =>
        shown.Addresses is { Count: > 0 } addresses ? $": {string.Join(", ", addresses)}" : "";

    private static string Ports(HistoryEvent shown) =>
        shown.Ports is { Count: > 0 } ports ? $": {string.Join(", ", ports.Select(Port))}" : "";

    private static string Port(HistoryPort port) =>
        StatusReport.Port(new PublishedPortStatus(port.HostIp, port.HostPort, port.ContainerPort, port.Protocol));

    private static string Outcome(PluginRun run) => run switch
    {
        { Signal: { } signal } => $"ended by signal {signal}",
        { ExitCode: > 0 and var code } => $"failure (exit {code})",
        { Outcome: "nostart" } => "did not run to its end",
        { Outcome: "timeout" } => "timed out",
        _ => run.Outcome,
    };

    // The plugin's own error object, or what it wrote to stderr.
    private static string Because(PluginRun run)
    {
        if (run.Outcome == "success")
            return "";

        string?[] said = [run.Error, Field(run.Output, "msg"), Field(run.Output, "details")];
        var because = said.Where(text => !string.IsNullOrEmpty(text)).ToArray();
        return because.Length > 0 ? $": {string.Join("; ", because)}"
            : run.ErrorOutput is { Length: > 0 } text ? $": {text.Split('\n')[^1]}"
            : "";
    }

    private static string? Field(JsonElement? output, string name) =>
        output is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Json(JsonElement? value) => value switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } json => IndentedJson.Of(json),
    };

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
