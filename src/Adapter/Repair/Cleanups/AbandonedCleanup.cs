using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// `cnm-cni repair --forget`: abandons a clean-up that keeps failing. Only the IPAM plugin's DEL is tried once more, so that at least the
/// address is free.
/// </summary>
internal sealed class AbandonedCleanup(
    Journal journal, AttachmentGates gates, Detacher detacher, Arrivals arrivals, CniAttachment cni, CniRuntime runtime, IpamRuns ipam,
    RetryTimes retries, ILogger<AbandonedCleanup> logger)
{
    /// <param name="target">An endpoint id, a reservation's id, or the beginning of one; or a container's name.</param>
    /// <param name="cancellationToken">Only before anything is done.</param>
    /// <returns>The abandoned record, and what remains of it: one sentence each.</returns>
    /// <exception cref="CnmException">Not exactly one record matches, or it has no failed clean-up.</exception>
    public async Task<(string What, IReadOnlyList<string> Remains)> AbandonAsync(string target, CancellationToken cancellationToken)
    {
        var seen = Find(target);
        using var gate = await gates.EnterAsync(seen.Id, cancellationToken);
        if (journal.Current(seen) is not { IsCleanupPending: true, CleanupAttempts: > 0 } record
            || (record is ReservationRecord && journal.UserOf(record.ContainerId) is not null))
        {
            throw new CnmException(
                $"{seen.Text()}: it has no failed clean-up, so there is nothing to forget." +
                (seen is AttachmentRecord ? " Remove the container (docker rm --force), or wait for the first attempt." : ""));
        }

        List<string> remains = [];
        if (record is AttachmentRecord attachment)
            remains.AddRange(RemainsOf(attachment));

        if (record is ReservationRecord || (journal.Reservations.Find(record.ContainerId) is null && HasIpam(record)))
            remains.Add(await ReleaseAsync(record));

        retries.Forget(record.Id);
        await ForgetAsync(record);
        logger.GivenUp(record.Text(), string.Join(' ', remains));
        return (record.Text(), remains);
    }

    private PluginRecord Find(string target)
    {
        IReadOnlyList<PluginRecord> found = journal.FindByTarget(target);
        if (found.Count == 0)
            found = [.. journal.Reservations.All.Where(record => record.ContainerId.StartsWith(target, StringComparison.Ordinal))];

        return found switch
        {
            [var one] => one,
            [] => throw new CnmException($"no attachment and no reservation is called \"{target}\" (cnm-cni status lists them)."),
            _ => throw new CnmException($"\"{target}\" matches more than one; give more of the id."),
        };
    }

    private static IEnumerable<string> RemainsOf(AttachmentRecord record)
    {
        yield return $"DEL of {string.Join(", ", CniRecord.Configuration(record).Plugins.Select(plugin => plugin.Type))} failed after " +
            $"{record.CleanupAttempts} attempts ({record.CleanupError}): what they made on this host (interfaces, firewall rules, tc) " +
            "stays until you remove it.";
        if (record.PublishedPorts is { Count: > 0 } ports)
        {
            yield return $"Host ports {string.Join(", ", ports.Select(port => $"{port.HostPort}/{port.Protocol}"))} are free again, " +
                "even if rules of the old container still redirect them.";
        }
    }

    private static bool HasIpam(PluginRecord record) => CniRecord.Configuration(record).Plugins.Any(plugin => plugin.IpamType is not null);

    private async Task<string> ReleaseAsync(PluginRecord record)
    {
        try
        {
            await runtime.ReleaseAsync(CniRecord.Configuration(record), cni.Of(record), CniRecord.Result(record), CancellationToken.None);
            return "The IPAM plugin has released its addresses.";
        }
        catch (CniException failure)
        {
            return $"The IPAM plugin did not release its addresses, which stay taken: {failure.Message}";
        }
    }

    private async Task ForgetAsync(PluginRecord record)
    {
        if (record is not AttachmentRecord attachment)
        {
            ipam.Forget((ReservationRecord)record);
            return;
        }

        arrivals.Cancel(attachment.EndpointId);
        detacher.Forget(attachment);
        if (journal.Reservations.Find(attachment.ContainerId) is { Phase: ReservationPhase.Releasing } reservation)
            await ipam.ReleaseAsync(reservation); // Docker has released the address already; the reservation waited for this attachment.
    }
}
