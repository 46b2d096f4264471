using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Ipam;

/// <summary>
/// Runs IPAM plugins for reservations. The order is: the record, a staging namespace, the plugin. Newer plugins need a real namespace that
/// is not their own.
/// </summary>
internal sealed class IpamRuns(
    Journal journal, AttachmentGates gates, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime,
    JournalOwners own, OwnerLookup owners, AttachmentLeftovers leftovers, RepairSignal signal, ILogger<IpamRuns> logger)
{
    /// <param name="intent">The record, with request options.</param>
    /// <param name="network">For the explanation of a failure.</param>
    /// <param name="requested">Requested addresses, in CIDR notation.</param>
    /// <param name="cancellationToken">Docker does not wait any more.</param>
    /// <returns>The record with result and addresses, none of them claimed; not written as reserved yet.</returns>
    /// <exception cref="CnmException">There is no address, or not the requested one.</exception>
    public async Task<ReservationRecord> AllocateAsync(
        ReservationRecord intent, NetworkConfiguration network, IReadOnlyList<string> requested, CancellationToken cancellationToken)
    {
        using var gate = await gates.EnterAsync(intent.ContainerId, cancellationToken);
        try
        {
            intent = journal.Reservations.Enter(intent, ReservationPhase.Reserving);
            staging.Create(intent.ContainerId);
            // Ignore cancellation from here on: the plugin finishes or is cleaned up.
            var result = await runtime.AllocateAsync(CniRecord.Configuration(intent), cni.Of(intent), CancellationToken.None);
            intent = intent with
            {
                Result = CniRecord.ToElement(result.Json),
                Addresses = [.. result.Ips.Select(ip => new ReservedAddress($"{ip.Address}/{ip.PrefixLength}", IsClaimed: false))],
            };
            RequireUnused(intent, requested);
            RequireRequested(intent, requested);
            cancellationToken.ThrowIfCancellationRequested(); // Docker has given up and does not know of it.
            return intent;
        }
        catch (CniException failed) when (failed.Operation == CniOperation.Add && failed.CleanupFailure is null)
        {
            await ForgetFailedAsync(intent); // The runtime has run DEL already.
            throw await ExplainAsync(failed, network, requested, cancellationToken);
        }
        catch (Exception failed)
        {
            // No record: the intent could not be written, and nothing was begun.
            if (journal.Reservations.Find(intent.ContainerId) is not null)
            {
                var cleanupError = await TryFinishAsync(intent = journal.Reservations.Enter(intent, ReservationPhase.Releasing));
                if (FailedCleanup.Combine(failed, cleanupError) is { } combined)
                    throw combined is CniException cause ? await ExplainAsync(cause, network, requested, cancellationToken) : combined;

                LogFailure(intent, cleanupError); // The combined error is logged with the refusal.
            }

            throw;
        }
    }

    /// <summary>
    /// Releases the addresses, or, while an attachment uses them, with that attachment. A failed release stays recorded and is retried.
    /// </summary>
    public async Task ReleaseAsync(ReservationRecord record)
    {
        using var gate = await gates.EnterAsync(record.ContainerId, CancellationToken.None);
        if (journal.Reservations.Find(record.ContainerId) is { } current)
            await CleanUpAsync(current);
    }

    /// <summary>As <see cref="ReleaseAsync"/>. The caller holds the reservation's gate.</summary>
    public async Task CleanUpAsync(ReservationRecord record)
    {
        if (!record.IsCleanupPending)
            record = journal.Reservations.Enter(record, ReservationPhase.Releasing);

        LogFailure(record, await TryFinishAsync(record));
    }

    /// <summary>Removes the namespace and the record. The caller holds the reservation's gate.</summary>
    public void Forget(ReservationRecord record)
    {
        staging.Remove(record.ContainerId);
        journal.Reservations.Remove(record.ContainerId);
    }

    private void LogFailure(ReservationRecord record, string? error)
    {
        if (error is not null)
            logger.ReleaseFailed(record.ContainerId, record.CniNetwork, error);
    }

    /// <returns>Why it failed; null when it did not.</returns>
    private async Task<string?> TryFinishAsync(ReservationRecord record)
    {
        if (journal.UserOf(record.ContainerId) is not null)
            return null; // Rules of its plugins may still use the address.

        try
        {
            staging.Create(record.ContainerId);
            await RunReleaseAsync(record, CniRecord.Configuration(record));
            await leftovers.FreeUnwrittenAddressesAsync(record);
            Forget(record);
            return null;
        }
        catch (Exception failure) when (failure is CniException or IOException)
        {
            journal.Reservations.NoteFailedCleanup(record, failure.Message);
            signal.Raise();
            return failure.Message;
        }
    }

    private async Task RunReleaseAsync(ReservationRecord record, NetworkConfiguration network)
    {
        try
        {
            await runtime.ReleaseAsync(network, cni.Of(record), CniRecord.Result(record), CancellationToken.None);
        }
        catch (CniException failure)
        {
            var showsItsWork = MainPlugin.Of(network).IpamType is IpamConfiguration.HostLocal or IpamConfiguration.Static;
            Task<IReadOnlyList<string>> Remains() => leftovers.AddressesAsync(record, CancellationToken.None);
            if (!await HostLeftovers.IsNothingMadeAsync(failure, record.Result is not null, showsItsWork, Remains))
                throw;
        }
    }

    // One that cannot be forgotten now is released again in the background.
    private async Task ForgetFailedAsync(ReservationRecord record)
    {
        try
        {
            await leftovers.FreeUnwrittenAddressesAsync(record);
            Forget(record);
        }
        catch (IOException failure)
        {
            journal.Reservations.Enter(record with { CleanupError = failure.Message }, ReservationPhase.Releasing);
            signal.Raise();
        }
    }

    // Plugins that keep no records, such as static, give the same address twice, and so do those whose store is lost.
    private void RequireUnused(ReservationRecord made, IReadOnlyList<string> requested)
    {
        foreach (var address in made.Addresses)
        {
            if (own.Other(made.ContainerId, made.CniNetwork, IPAddress.Parse(address.Ip), _ => true) is not { } owner)
                continue;

            signal.Raise(); // Repair lets the plugin record again what it has lost.
            throw requested.Any(cidr => Cidr.AddressIn(cidr).ToString() == address.Ip)
                ? Taken(address.Ip, made.CniNetwork, owner.Description)
                : new CnmException(
                    $"CNI network \"{made.CniNetwork}\" gave the address {address.Ip}, which {owner.Description} has already: its IPAM " +
                    "plugin has lost the record of that, or keeps none. If it has lost it, cnm-cni repair restores it: start the " +
                    "container again. If it keeps none (static), only one container at a time can have the address.");
        }
    }

    private static void RequireRequested(ReservationRecord made, IReadOnlyList<string> requested)
    {
        foreach (var address in requested.Select(cidr => Cidr.AddressIn(cidr).ToString())
            .Where(address => made.Addresses.All(given => given.Ip != address)))
        {
            throw new CnmException(
                $"CNI network \"{made.CniNetwork}\" did not give the address {address}, " +
                $"but {string.Join(", ", made.Addresses.Select(given => given.Ip))}: its IPAM plugin cannot assign a requested " +
                "address. Omit --ip.");
        }
    }

    private async Task<Exception> ExplainAsync(
        CniException failed, NetworkConfiguration network, IReadOnlyList<string> requested, CancellationToken cancellationToken)
    {
        foreach (var address in requested.Select(Cidr.AddressIn))
        {
            if (await owners.DescribeAsync(network.Name, address, exceptContainerId: null, cancellationToken) is { } owner)
                return Taken($"{address}", network.Name, owner);

            var subnets = CniSubnet.Of(network).Select(subnet => subnet.Subnet).ToArray();
            var home = subnets.Where(subnet => subnet.Contains(address)).ToArray();
            if (subnets.Length > 0 && home.Length == 0)
            {
                return new CnmException(
                    $"address {address} is in no subnet of CNI network \"{network.Name}\", which has {string.Join(" and ", subnets)} " +
                    $"({network.Source}). If the file was changed after the Docker network was made, make that " +
                    "again: docker network rm, then cnm-cni networks create.");
            }

            if (home.Length > 0 && AssignableRanges.Of(network, home[0]) is var assignable && !assignable.Contains(address))
            {
                return new CnmException(
                    $"address {address} is not one that CNI network \"{network.Name}\" gives: its IPAM plugin assigns {assignable} " +
                    $"({network.Source}). Choose one of these, or omit --ip.");
            }
        }

        return failed;
    }

    private static CnmException Taken(string address, string cniNetwork, string owner) =>
        new($"address {address} of CNI network \"{cniNetwork}\" is taken: {owner} has it. Choose another address, or omit --ip.");
}
