using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Redaction;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>`cnm-cni inspect`: what is known of one container's attachments. Asks no plugin.</summary>
internal sealed class Inspect(
    Journal journal, StagingSandboxes staging, DockerNames names, RetryTimes retries, AdapterSettings settings, TimeProvider timeProvider)
{
    // Names of a pod, for instance K8S_POD_NAME.
    private const string PodPrefix = "K8S_";

    /// <exception cref="CnmException">Nothing is found.</exception>
    public Task<InspectResponse> InvokeAsync(InspectRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = request.Target.Length > 0 ? journal.FindByTarget(request.Target) : [];
        return found.Count > 0
            ? Task.FromResult(new InspectResponse([.. found.OrderBy(record => record.Since).Select(Details)]))
            : throw new CnmException(
                $"no attachment has the container name or endpoint id {request.Target} (cnm-cni status lists them; for a container that " +
                $"is gone: cnm-cni log {request.Target}).");
    }

    private AttachmentDetails Details(AttachmentRecord record)
    {
        var redactor = new Redactor(settings.PluginEnvironment.Values);
        var configuration = Json(record.Configuration, redactor); // First: its secrets may be in everything else.
        var arguments = Redacted(record.Arguments.Select(argument => KeyValuePair.Create(argument.Key, argument.Value)), redactor);
        var result = TryResult(record);
        return new AttachmentDetails(
            record.EndpointId,
            record.ContainerName,
            record.Phase.ToString().ToLowerInvariant(),
            record.AsMade is not null ? "warm" : record.Attach.ToString().ToLowerInvariant(),
            record.Since,
            Network(record.NetworkId, redactor),
            new CniDetails(
                record.CniNetwork, record.ContainerId, staging.PathOf(record.ContainerId), record.InterfaceName, arguments,
                Json(record.Capabilities, redactor), ChainOf(record), configuration, Json(record.Result, redactor)),
            Interface(record),
            new HostSideDetails(
                Peer(record.Snapshot), record.HostInterfaceName,
                [.. (result?.Interfaces ?? []).Where(made => made.Sandbox is null).Select(made => made.Name)]),
            [.. (record.PublishedPorts ?? []).Select(Status.ToStatus)],
            new DnsDetails(
                [.. result?.Dns.Nameservers ?? []], result?.Dns.Domain, [.. result?.Dns.Search ?? []], [.. result?.Dns.Options ?? []]),
            arguments.Where(argument => argument.Key.StartsWith(PodPrefix, StringComparison.Ordinal)).ToDictionary(),
            [.. Records(record)],
            Reservation(record),
            record.ArrivalProblem is { } problem ? redactor.Text(problem) : null,
            Cleanup(record, redactor));
    }

    private DockerNetworkDetails Network(string id, Redactor redactor)
    {
        var network = journal.Networks.Find(id);
        return new(
            id, names.Network(id), network?.Ipam.ToString().ToLowerInvariant(), network?.Internal ?? false,
            Redacted(network?.EndpointDefaults ?? new Dictionary<string, string>(), redactor));
    }

    private static InterfaceDetails Interface(AttachmentRecord record)
    {
        var snapshot = record.Snapshot;
        return new(
            record.NameInSandbox,
            record.SandboxKey,
            snapshot?.Kind,
            snapshot?.Mac ?? record.Mac,
            snapshot?.Mtu ?? 0,
            [.. record.KnownAddresses.Select(address => $"{address}")],
            [.. new[] { record.Gateway(isIPv6: false), record.Gateway(isIPv6: true) }.Select(route => route?.Gateway).OfType<string>()],
            [.. (snapshot?.Routes ?? []).Select(route => $"{route}")],
            [.. (snapshot?.Rules ?? []).Select(rule => $"{rule}")],
            [.. (snapshot?.Neighbours ?? []).Select(neighbour => $"{neighbour.Address} {neighbour.Mac}")],
            record.Sysctls.Select(sysctl => sysctl.Setting).ToDictionary());
    }

    private string? Peer(LinkSnapshot? snapshot) => snapshot is { PeerIsInHost: true, PeerIndex: { } index }
        ? staging.HostLinks().FirstOrDefault(link => link.Index == index)?.Name
        : null;

    private IEnumerable<string> Records(AttachmentRecord record) =>
        new[] { settings.PresentRecords, settings.StateDirectory }
            .Select(directory => new RecordFolder(Path.Combine(directory, "attachments")).PathOf(record.EndpointId)).Where(File.Exists);

    private ReservationDetails? Reservation(AttachmentRecord record) => journal.Reservations.Find(record.ContainerId) is { } reservation
        ? new(
            reservation.ContainerId, reservation.Phase.ToString().ToLowerInvariant(),
            [.. reservation.Addresses.Select(address => address.Address)])
        : null;

    private CleanupDetails? Cleanup(AttachmentRecord record, Redactor redactor) => record.IsCleanupPending
        ? new(
            record.CleanupAttempts, record.CleanupError is { } error ? redactor.Text(error) : null,
            retries.Remaining(record.Id) is { } remaining ? timeProvider.GetUtcNow() + remaining : null)
        : null;

    private static CniResult? TryResult(AttachmentRecord record)
    {
        try
        {
            return CniRecord.Result(record);
        }
        catch (CniException)
        {
            return null; // The result itself is shown.
        }
    }

    private static IReadOnlyList<string> ChainOf(AttachmentRecord record)
    {
        try
        {
            return [.. CniRecord.Configuration(record).Plugins.Select(plugin => plugin.Type)];
        }
        catch (Exception broken) when (broken is CniException or CniConfigurationException)
        {
            return [];
        }
    }

    private static Dictionary<string, string> Redacted(IEnumerable<KeyValuePair<string, string>> values, Redactor redactor) =>
        values.ToDictionary(value => value.Key, value => redactor.Value(value.Key, value.Value), StringComparer.Ordinal);

    private static JsonElement? Json(RecordedJson? recorded, Redactor redactor)
    {
        if (recorded is null || redactor.Json(recorded.Utf8) is not { } json)
            return null;

        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1024 });
        return document.RootElement.Clone();
    }
}
