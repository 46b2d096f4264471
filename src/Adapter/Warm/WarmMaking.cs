using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>Makes one warm attachment, for a container that asks for nothing in particular.</summary>
internal sealed class WarmMaking(
    WarmPool pool, WarmRelease release, Journal journal, AttachmentGates gates, Reservations reservations, Attacher attacher,
    StagingSandboxes staging, Traces traces, TimeProvider timeProvider)
{
    /// <summary>
    /// (1) With <c>--ipam-driver cni</c> the IPAM plugin reserves the addresses. (2) The chain runs in a staging namespace. (3) The link
    /// moves to the host namespace, where Docker will take it. (4) What the kernel shows of it there is recorded.
    /// </summary>
    /// <returns>False: the network has as many as it keeps, or is being removed.</returns>
    /// <exception cref="CniException">A plugin failed. What it made is cleaned up, or pending.</exception>
    /// <exception cref="CnmException">The chain's outcome is not what was requested.</exception>
    /// <exception cref="IOException">The kernel or the disk refused.</exception>
    public async Task<bool> TryMakeAsync(
        NetworkRecord docker, NetworkConfiguration network, int most, CancellationToken cancellationToken)
    {
        using var span = traces.BeginBackground("warm", pool.CauseOf(docker.NetworkId))
            .With(Span.NetworkId, docker.NetworkId).With(Span.CniNetwork, docker.CniNetwork);
        var reservation = docker.Ipam == IpamMode.Cni ? await reservations.ReserveAheadAsync(network, cancellationToken) : null; // (1)
        var id = reservation?.ContainerId ?? $"{Guid.NewGuid():N}{Guid.NewGuid():N}"; // As long as Docker's.
        var entry = new WarmEntry(
            id, docker.NetworkId, docker.CniNetwork, WarmState.Making, reservation?.Configuration ?? WarmSupport.ConfigurationOf(network));
        var isMade = false;
        try
        {
            isMade = pool.TryAdd(entry, most);
            if (isMade)
                await MakeAsync(Intent(id, docker, network, reservation), cancellationToken);

            return isMade && pool.TryMove(id, WarmState.Ready, WarmState.Making);
        }
        catch (Exception failure)
        {
            isMade = false;
            span.Fail(failure.Message);
            throw;
        }
        finally
        {
            if (!isMade)
                await release.ReleaseAsync(id, "it could not be made");
        }
    }

    private async Task MakeAsync(AttachmentRecord intent, CancellationToken cancellationToken)
    {
        using var gate = await gates.EnterAsync(intent.EndpointId, cancellationToken);
        var record = await attacher.AttachAsync(intent, cancellationToken); // (2)
        staging.SendToHost(record.ContainerId, record.InterfaceName, record.HostInterfaceName); // (3)
        var waiting = staging.ReadWaiting(record.HostInterfaceName, record.Snapshot!)
            ?? throw new IOException($"the link {record.HostInterfaceName} is not in the host's namespace, where it was moved to");
        journal.Attachments.Write(record with { AsMade = waiting.Facts }); // (4)
    }

    private AttachmentRecord Intent(string id, NetworkRecord docker, NetworkConfiguration network, ReservationRecord? reservation)
    {
        string? Reserved(bool isIPv6) => reservation?.Addresses.FirstOrDefault(address => address.IsIPv6 == isIPv6)?.Address;
        var request = new CreateEndpointRequest(
            docker.NetworkId, id, new EndpointInterface(Reserved(isIPv6: false), Reserved(isIPv6: true)));
        var now = timeProvider.GetUtcNow();
        return EndpointRecord.Of(request, docker, () => network, reservation, now) with { WarmSince = now };
    }
}
