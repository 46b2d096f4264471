using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Redaction;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Ui;

/// <summary>What a plugin's run took.</summary>
internal sealed record DetailRun(DateTimeOffset Time, string Type, string Verb, string Outcome, double Milliseconds);

internal sealed record DetailEvent(DateTimeOffset Time, string Kind, string Text);

/// <summary>Everything about one member, without secrets.</summary>
/// <param name="Peer">The host's side.</param>
/// <param name="Mode">staging, sandbox or warm; null for who is not attached by cnm-cni.</param>
/// <param name="Problem">What could not be asked.</param>
internal sealed record MemberDetails(
    string Key, MemberPart Member, IReadOnlyList<string> Routes, IReadOnlyList<string> Rules, IReadOnlyList<string> Neighbours,
    IReadOnlyList<string> Gateways, string? Peer, IReadOnlyList<string> Chain, JsonElement? Result, JsonElement? Configuration,
    string? Mode, IReadOnlyList<DetailRun> PluginRuns, IReadOnlyList<DetailEvent> Events, string? Problem);

/// <summary>
/// Answers what a click asks: by `inspect` and the history for containers, by the other runtime's result for pods. One at a time, so that
/// clicks cannot keep the daemon or the disk busy.
/// </summary>
internal sealed class Details(
    ControlClient daemon, EndpointNames names, HostReading host, Browsers browsers, AdapterSettings settings) : IDisposable
{
    /// <summary>The newest ones.</summary>
    public const int MostEvents = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1);

    public void Dispose() => _gate.Dispose();

    /// <returns>JSON; null: the picture has no such member.</returns>
    public async Task<byte[]?> OfAsync(string key, CancellationToken cancellationToken)
    {
        if (browsers.Members.Members.FirstOrDefault(member => member.Key == key) is not { } member)
            return null;

        await _gate.WaitAsync(cancellationToken);
        try
        {
            var (details, containerId) = key.StartsWith(MemberKey.EndpointPrefix, StringComparison.Ordinal)
                ? await OfEndpointAsync(member, cancellationToken)
                : OfOther(member);
            return JsonSerializer.SerializeToUtf8Bytes(WithHistory(details, containerId), DetailsJson.Default.MemberDetails);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static MemberDetails Plain(MemberPart member, string? problem = null) =>
        new(member.Key, member, [], [], [], [], member.Link, [], null, null, null, [], [], problem);

    private async Task<(MemberDetails Details, string? ContainerId)> OfEndpointAsync(
        MemberPart member, CancellationToken cancellationToken)
    {
        var id = member.Key[MemberKey.EndpointPrefix.Length..].Split('@')[0];
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            var answer = await daemon.InspectAsync(new InspectRequest(id), deadline.Token);
            if (answer.Attachments.FirstOrDefault(one => one.EndpointId == id) is not { } found)
                return (Plain(member, "It is gone."), null);

            return (Plain(member) with
            {
                Routes = found.Interface.Routes,
                Rules = found.Interface.Rules,
                Neighbours = found.Interface.Neighbours,
                Gateways = found.Interface.Gateways,
                Peer = found.Host.Peer ?? member.Link,
                Chain = found.Cni.Chain,
                Result = found.Cni.Result,
                Configuration = found.Cni.Configuration,
                Mode = found.Mode,
                Problem = found.ArrivalProblem,
            }, found.Cni.ContainerId);
        }
        catch (ControlException silence)
        {
            return (Plain(member, silence.Message), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (Plain(member, $"cnm-cni did not answer within {Patience.TotalSeconds} s."), null);
        }
    }

    private (MemberDetails Details, string? ContainerId) OfOther(MemberPart member)
    {
        var containerId = member.Key.StartsWith(MemberKey.ContainerPrefix, StringComparison.Ordinal)
            ? member.Key[MemberKey.ContainerPrefix.Length..].Split('@')[0]
            : null;
        var view = host.Last;
        var details = Plain(member) with { Chain = view.PluginsOf(member.Network) };
        return containerId is not null && view.Results.Find(member.Network, containerId) is { } cached
            ? (WithResult(details, cached.Path, new Redactor(settings.PluginEnvironment.Values)), containerId)
            : (details, containerId);
    }

    // What libcni keeps: the configuration in base64, and the result.
    private static MemberDetails WithResult(MemberDetails details, string path, Redactor redactor)
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            var configuration = file.RootElement.TryGetProperty("config", out var encoded) && encoded.TryGetBytesFromBase64(out var bytes)
                ? Json(redactor.Json(bytes)) // First: its secrets may be in the result.
                : null;
            var result = file.RootElement.TryGetProperty("result", out var made)
                ? Json(redactor.Json(Encoding.UTF8.GetBytes(made.GetRawText())))
                : null;
            return details with { Configuration = configuration, Result = result };
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return details with { Problem = "The other runtime's record of it cannot be read any more." };
        }
    }

    private MemberDetails WithHistory(MemberDetails details, string? containerId)
    {
        string[] ids = [.. new[] { details.Key[2..].Split('@')[0], containerId }.OfType<string>().Where(id => id.Length > 8).Distinct()];
        try
        {
            var events = new HistoryReader(settings.HistoryDirectory).Read(mentioned: ids)
                .Where(one => ids.Contains(one.EndpointId) || ids.Contains(one.ContainerId)).ToArray();
            return details with
            {
                PluginRuns =
                [
                    .. events.Where(one => one.Plugin is not null).TakeLast(MostEvents).Select(one => new DetailRun(
                        one.Time, one.Plugin!.Type, one.Plugin.Verb, one.Plugin.Outcome, one.Plugin.Milliseconds)),
                ],
                Events =
                [
                    .. events.Where(one => one.Plugin is null).TakeLast(MostEvents).Select(one => Happening.Of(one, names))
                        .Select(one => new DetailEvent(one.Time, one.Kind, one.Text)),
                ],
            };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return details with { Problem = details.Problem ?? $"The history cannot be read: {unreadable.Message}" };
        }
    }

    private static JsonElement? Json(string? text)
    {
        if (text is null)
            return null;

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

[JsonSourceGenerationOptions(
    MaxDepth = 1200,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(MemberDetails))]
internal sealed partial class DetailsJson : JsonSerializerContext;
