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
/// Runs IPAM plugins for reservations: intent on disk, a staging namespace (newer plugins insist on a real one that is not their own), the
/// plugin.
/// </summary>
internal sealed class IpamRuns(
    Journal journal, AttachmentGates gates, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime,
    JournalOwners own, OwnerLookup holders, HostLeftovers leftovers, RepairSignal signal, ILogger<IpamRuns> logger)
{
    /// <returns>The record with result and addresses, none of them claimed, not written yet as reserved.</returns>
    /// <exception cref="CnmException">There is no address, or not the wished one.</exception>
    public async Task<ReservationRecord> AllocateAsync(
        ReservationRecord intent, NetworkConfiguration network, IReadOnlyList<string> wishes, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(intent.ContainerId, cancellationToken);
        try
        {
            journal.Reservations.Write(intent);
            staging.Create(intent.ContainerId);
            // From here on nobody's hanging up stops us: the plugin is finished or undone.
            var result = await runtime.AllocateAsync(CniRecord.Configuration(intent), cni.Of(intent), CancellationToken.None);
            intent = intent with
            {
                Result = CniRecord.ToElement(result.Json),
                Addresses = [.. result.Ips.Select(ip => new ReservedAddress($"{ip.Address}/{ip.PrefixLength}", IsClaimed: false))],
            };
            RequireWishes(intent, wishes);
            cancellationToken.ThrowIfCancellationRequested(); // Late: Docker does not know of it.
            return intent;
        }
        catch (CniException failed) when (failed.Operation == CniOperation.Add && failed.CleanupFailure is null)
        {
            ForgetUndone(intent); // The runtime has run DEL already.
            throw await ExplainAsync(failed, network, wishes, cancellationToken);
        }
        catch (Exception failed)
        {
            // None where nothing was begun, because not even the intent could be written.
            if (journal.Reservations.Find(intent.ContainerId) is not null)
            {
                journal.Reservations.Keep(intent = intent with { Phase = ReservationPhase.Releasing });
                var left = await TryFinishAsync(intent);
                if (FailedCleanup.Combine(failed, left) is { } told)
                    throw told is CniException undone ? await ExplainAsync(undone, network, wishes, cancellationToken) : told;

                TellLeft(intent, left); // Else the refusal tells it, in the log as well.
            }

            throw;
        }
    }

    /// <summary>
    /// Releases what is reserved, unless an attachment still uses it: then its end does. What fails stays recorded and is tried again.
    /// </summary>
    public async Task ReleaseAsync(ReservationRecord record)
    {
        using var passage = await gates.EnterAsync(record.ContainerId, CancellationToken.None);
        if (journal.Reservations.Find(record.ContainerId) is not { } current)
            return;

        if (current.Phase != ReservationPhase.Releasing)
            journal.Reservations.Keep(current = current with { Phase = ReservationPhase.Releasing });

        TellLeft(current, await TryFinishAsync(current));
    }

    private void TellLeft(ReservationRecord record, string? left)
    {
        if (left is not null)
            logger.ReleaseFailed(record.ContainerId, record.CniNetwork, left);
    }

    /// <returns>Why it failed, and is tried again; null when it did not.</returns>
    private async Task<string?> TryFinishAsync(ReservationRecord record)
    {
        if (journal.Attachments.All.Any(attachment => attachment.ContainerId == record.ContainerId))
            return null; // Its plugins' rules may still use the address.

        try
        {
            staging.Create(record.ContainerId);
            await RunReleaseAsync(record, CniRecord.Configuration(record));
            Forget(record);
            return null;
        }
        catch (Exception failure) when (failure is CniException or IOException)
        {
            journal.Reservations.Keep(record with { CleanupAttempts = record.CleanupAttempts + 1, CleanupError = failure.Message });
            signal.Raise();
            return failure.Message;
        }
    }

    // A plugin that refuses its own configuration refuses DEL with it as well, and for ever.
    private async Task RunReleaseAsync(ReservationRecord record, NetworkConfiguration network)
    {
        try
        {
            await runtime.ReleaseAsync(network, cni.Of(record), CniRecord.Result(record), CancellationToken.None);
        }
        catch (CniException failure) when (!failure.TimedOut && record.Result is null && MainPlugin.Of(network).IpamType is IpamConfiguration.HostLocal or IpamConfiguration.Static)
        {
            if ((await leftovers.AddressesAsync(network, record.ContainerId, CancellationToken.None)).Count > 0)
                throw;
        }
    }

    // What cannot be forgotten now is released once more, in the background.
    private void ForgetUndone(ReservationRecord record)
    {
        try
        {
            Forget(record);
        }
        catch (IOException failure)
        {
            journal.Reservations.Keep(record with { Phase = ReservationPhase.Releasing, CleanupError = failure.Message });
            signal.Raise();
        }
    }

    private void Forget(ReservationRecord record)
    {
        staging.Remove(record.ContainerId);
        journal.Reservations.Remove(record.ContainerId);
    }

    private void RequireWishes(ReservationRecord made, IReadOnlyList<string> wishes)
    {
        var wished = wishes.Select(wish => IPAddress.Parse(wish.Split('/')[0]).ToString()).ToArray();
        foreach (var address in made.Addresses)
        {
            // Plugins without a memory, such as static, give the same address twice, and so do those whose store is lost.
            if (own.Other(made.ContainerId, made.CniNetwork, IPAddress.Parse(address.Ip), _ => true) is { } holder)
            {
                signal.Raise(); // Repair has the plugin write down what it has forgotten.
                throw wished.Contains(address.Ip)
                    ? Taken(address.Ip, made.CniNetwork, holder.Description)
                    : new CnmException(
                        $"CNI network \"{made.CniNetwork}\" gave the address {address.Ip}, which {holder.Description} has already: its IPAM plugin has lost the record of that, " +
                        "or keeps none. Start the container again where it has lost it: cnm-cni repair has it written down again. " +
                        "Where it keeps none (static), one container at a time can have the address.");
            }
        }

        foreach (var wish in wished.Where(wish => !made.Addresses.Any(address => address.Ip == wish)))
        {
            throw new CnmException(
                $"CNI network \"{made.CniNetwork}\" did not give the address {wish}, " +
                $"but {string.Join(", ", made.Addresses.Select(address => address.Ip))}: its IPAM plugin takes no wishes. Leave --ip out.");
        }
    }

    private async Task<Exception> ExplainAsync(
        CniException failed, NetworkConfiguration network, IReadOnlyList<string> wishes, CancellationToken cancellationToken)
    {
        foreach (var wish in wishes.Select(wish => wish.Split('/')[0]))
        {
            var address = IPAddress.Parse(wish);
            if (await holders.DescribeAsync(network.Name, address, exceptContainerId: null, cancellationToken) is { } holder)
                return Taken(wish, network.Name, holder);

            var subnets = CniSubnet.Of(network);
            if (subnets.Count > 0 && !subnets.Any(subnet => subnet.Subnet.Contains(address)))
            {
                return new CnmException(
                    $"address {wish} is in no subnet of CNI network \"{network.Name}\", which has {string.Join(" and ", subnets.Select(subnet => subnet.Subnet))} ({network.Source}). " +
                    "If that was changed after the Docker network was made, make the Docker network again: docker network rm, then cnm-cni networks create.");
            }

            if (subnets.FirstOrDefault(subnet => subnet.Subnet.Contains(address)) is { } home
                && AssignableRanges.Of(network, home.Subnet) is var assignable && !assignable.Contains(address))
            {
                return new CnmException(
                    $"address {wish} is not one that CNI network \"{network.Name}\" gives: its IPAM plugin hands out {assignable} ({network.Source}). " +
                    "Choose one of these, or leave --ip out.");
            }
        }

        return failed;
    }

    private static CnmException Taken(string address, string cniNetwork, string? holder) =>
        new($"address {address} of CNI network \"{cniNetwork}\" is taken: {holder ?? "somebody else"} has it. Choose another address, or leave --ip out.");
}
