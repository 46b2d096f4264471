using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Lets go of what can never be undone, at an operator's word: only the IPAM plugin's DEL is tried once more, so that at least the address
/// is free.
/// </summary>
internal sealed class Relinquishing(
    Journal journal, AttachmentGates gates, Detacher detacher, Arrivals arrivals, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, IpamRuns ipam,
    RetryTimes retries, ILogger<Relinquishing> logger)
{
    /// <param name="target">An endpoint id, a reservation's id, or the beginning of one; or a container's name.</param>
    /// <param name="cancellationToken">Only before anything is done.</param>
    /// <returns>What was let go of, and what stays of it: one sentence each.</returns>
    /// <exception cref="CnmException">Nothing, or more than one thing, is meant; or it is not one whose undoing has failed.</exception>
    public async Task<(string What, IReadOnlyList<string> GivenUp)> ForgetAsync(string target, CancellationToken cancellationToken)
    {
        var attachments = journal.Attachments.All
            .Where(record => record.ContainerName == target || record.EndpointId.StartsWith(target, StringComparison.Ordinal)).ToArray();
        var reservations = attachments.Length > 0 ? [] : journal.Reservations.All.Where(record => record.ContainerId.StartsWith(target, StringComparison.Ordinal)).ToArray();
        return (attachments, reservations) switch
        {
            ([var attachment], _) => await ForgetAsync(attachment, cancellationToken),
            ([], [var reservation]) => await ForgetAsync(reservation, cancellationToken),
            ([], []) => throw new CnmException($"no attachment and no reservation is called \"{target}\" (cnm-cni status lists them)."),
            _ => throw new CnmException($"\"{target}\" means more than one; give more of the id."),
        };
    }

    private async Task<(string, IReadOnlyList<string>)> ForgetAsync(AttachmentRecord seen, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(seen.EndpointId, cancellationToken);
        if (journal.Attachments.Find(seen.EndpointId) is not { Phase: AttachmentPhase.Deleting, CleanupAttempts: > 0 } record)
            throw new CnmException($"{seen.Text()}: it is not one whose undoing has failed. Remove the container (docker rm --force), or wait for the first attempt.");

        List<string> givenUp =
        [
            $"DEL of {string.Join(", ", CniRecord.Configuration(record).Plugins.Select(plugin => plugin.Type))} did not succeed after {record.CleanupAttempts} attempts " +
                $"({record.CleanupError}): what they made on this host (interfaces, firewall rules, tc) stays until somebody removes it.",
        ];
        if (record.PublishedPorts is { Count: > 0 } ports)
            givenUp.Add($"Host ports {string.Join(", ", ports.Select(port => $"{port.HostPort}/{port.Protocol}"))} are free again, even if rules of the old container still redirect them.");

        if (journal.Reservations.Find(record.ContainerId) is null && CniRecord.Configuration(record).Plugins.Any(plugin => plugin.IpamType is not null))
        {
            givenUp.Add(await ReleaseAsync(() => runtime.ReleaseAsync(
                CniRecord.Configuration(record), cni.Of(record), CniRecord.Result(record), CancellationToken.None)));
        }

        arrivals.Cancel(record.EndpointId);
        retries.Forget(record.EndpointId);
        detacher.Forget(record);
        if (journal.Reservations.Find(record.ContainerId) is { Phase: ReservationPhase.Releasing } reservation)
            await ipam.ReleaseAsync(reservation); // Docker has released the address already, and it has waited for this attachment.

        return Told(record.Text(), givenUp);
    }

    private async Task<(string, IReadOnlyList<string>)> ForgetAsync(ReservationRecord seen, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(seen.ContainerId, cancellationToken);
        if (journal.Reservations.Find(seen.ContainerId) is not { Phase: ReservationPhase.Releasing, CleanupAttempts: > 0 } record
            || journal.Attachments.All.Any(attachment => attachment.ContainerId == record.ContainerId))
        {
            throw new CnmException($"{seen.Text()}: it is not one whose release has failed.");
        }

        var last = await ReleaseAsync(() => runtime.ReleaseAsync(CniRecord.Configuration(record), cni.Of(record), CniRecord.Result(record), CancellationToken.None));
        retries.Forget(record.ContainerId);
        staging.Remove(record.ContainerId);
        journal.Reservations.Remove(record.ContainerId);
        return Told(record.Text(), [last]);
    }

    private static async Task<string> ReleaseAsync(Func<Task> release)
    {
        try
        {
            await release();
            return "The IPAM plugin has released its addresses.";
        }
        catch (CniException failure)
        {
            return $"The IPAM plugin did not release its addresses, which stay taken: {failure.Message}";
        }
    }

    private (string, IReadOnlyList<string>) Told(string what, List<string> givenUp)
    {
        logger.GivenUp(what, string.Join(' ', givenUp));
        return (what, givenUp);
    }
}
