using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.History;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>A plugin's run, without what it was given and answered.</summary>
internal sealed record HappeningPlugin(string Type, string Verb, string Outcome, double Milliseconds);

/// <summary>One event of the history, for the page.</summary>
/// <param name="Kind">As in `cnm-cni events`.</param>
/// <param name="Key">The member that it is about; null for none.</param>
/// <param name="Text">A sentence without its full stop.</param>
internal sealed record Happening(
    DateTimeOffset Time, string Kind, string? Key, string? Name, string? Network, string Text, HappeningPlugin? Plugin)
{
    /// <param name="one">The event.</param>
    /// <param name="names">Completes events of plugins, which have the CNI container id alone.</param>
    public static Happening Of(HistoryEvent one, EndpointNames names) => one.EndpointId is null && names.Find(one.ContainerId) is { } known
        ? Of(one with { EndpointId = known.EndpointId, Container = one.Container ?? known.Name })
        : Of(one);

    private static Happening Of(HistoryEvent one) => new(
        one.Time,
        JsonNamingPolicy.KebabCaseLower.ConvertName(one.Kind.ToString()),
        one.ContainerId is null && one.EndpointId is null ? null : MemberKey.Of(one.EndpointId, one.ContainerId ?? ""),
        one.Container,
        one.CniNetwork,
        TextOf(one),
        one.Plugin is { } run ? new HappeningPlugin(run.Type, run.Verb, run.Outcome, run.Milliseconds) : null);

    public byte[] ToEvent() =>
        ServerSentEvent.Of("happened", json => JsonSerializer.Serialize(json, this, PictureJson.Default.Happening));

    private static string TextOf(HistoryEvent one) => one switch
    {
        { Plugin: { } run } => $"{run.Verb} of {run.Type} for {Who(one)}: {run.Outcome} in {run.Milliseconds:0.#} ms",
        { Finding: { } finding } => $"{finding.What}: {finding.Why.TrimEnd('.')}",
        { Kind: HistoryEventKind.NetworkMade or HistoryEventKind.NetworkRemoved } =>
            $"Docker network {DockerId.Short(one.NetworkId ?? "")} {Verb(one.Kind)}{On(one)}",
        { ContainerId: not null } or { EndpointId: not null } => $"{Who(one)} {Verb(one.Kind)}{On(one)}{Addresses(one)}{Said(one)}",
        _ => one.Text ?? Verb(one.Kind),
    };

    private static string Who(HistoryEvent one) => one switch
    {
        { Kind: HistoryEventKind.AddressReserved or HistoryEventKind.AddressReleased } => "address",
        { Kind: HistoryEventKind.MadeAhead } => "warm attachment",
        { Container: { } name } => $"container {name}",
        { EndpointId: { } id } => $"endpoint {DockerId.Short(id)}",
        { ContainerId: { } id } => DockerId.Short(id),
        _ => "cnm-cni",
    };

    private static string Verb(HistoryEventKind kind) => kind switch
    {
        HistoryEventKind.DaemonStarted => "cnm-cni has started",
        HistoryEventKind.DaemonStopped => "cnm-cni has stopped",
        HistoryEventKind.NetworkMade => "made",
        HistoryEventKind.NetworkRemoved => "removed",
        HistoryEventKind.AddressReserved => "reserved",
        HistoryEventKind.AddressReleased => "released",
        HistoryEventKind.MadeAhead => "is ready",
        HistoryEventKind.Attached => "attached",
        HistoryEventKind.Named => "has its name",
        HistoryEventKind.PortsPublished => "has its ports",
        HistoryEventKind.PortsUnpublished => "has no ports any more",
        HistoryEventKind.Detaching => "is being detached",
        HistoryEventKind.Detached => "detached",
        HistoryEventKind.CleanupFailed => "could not be cleaned up",
        _ => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()),
    };

    private static string On(HistoryEvent one) => one switch
    {
        { CniNetwork: null } => "",
        { Kind: HistoryEventKind.Attached } => $" to {one.CniNetwork}",
        { Kind: HistoryEventKind.Detached or HistoryEventKind.Detaching } => $" from {one.CniNetwork}",
        _ => $" on {one.CniNetwork}",
    };

    private static string Addresses(HistoryEvent one) =>
        one.Addresses is { Count: > 0 } addresses ? $": {string.Join(", ", addresses.Select(Cidr.BeforePrefix))}" : "";

    private static string Said(HistoryEvent one) => one.Text is { } text ? $": {text}" : "";
}
