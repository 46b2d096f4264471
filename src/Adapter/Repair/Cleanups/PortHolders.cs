using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// Who still has the host ports that a container is about to publish. Releases that are pending are waited for. An attachment that Docker
/// has forgotten is cleaned up at once, for which repair waits until its grace period has ended.
/// The only question to Docker within a call. dockerd holds the container's lock meanwhile, which its answer about a network does not need
/// (moby daemon/network.go); but while dockerd starts it answers nothing.
/// </summary>
internal sealed class PortHolders(
    DeferredReleases releases, CleanupRunner cleanups, PortReservations ports, Journal journal, IDockerEngine docker,
    StrandedContainers stranded, TimeProvider timeProvider)
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(1);

    /// <param name="endpointId">The container's endpoint, which has joined, or is about to.</param>
    /// <param name="requested">The ports.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CnmException">Docker does not answer, so that nobody knows whether a holder still exists.</exception>
    public async Task WaitAsync(string endpointId, IReadOnlyList<RequestedPort> requested, CancellationToken cancellationToken)
    {
        await releases.WaitForPortsAsync(requested, cancellationToken);
        foreach (var holder in ports.HoldersOf(endpointId, requested))
        {
            if (journal.Attachments.Find(holder) is { } record && HasEnded(record) && await IsForgottenAsync(record, cancellationToken))
            {
                await cleanups.CleanUpAsync(
                    record,
                    ForgottenEndpoint.Cause,
                    current => Task.FromResult(current is AttachmentRecord attachment && HasEnded(attachment)),
                    cancellationToken);
            }
        }
    }

    // Docker lists an endpoint before it calls Join. One that is not listed later is gone: Docker never uses its id again.
    private static bool HasEnded(AttachmentRecord record) =>
        record is { Phase: AttachmentPhase.Joined, SandboxKey: { } sandboxKey } && !Sandbox.HasProcesses(sandboxKey);

    // An unknown network may belong to another dockerd. Then repair decides.
    private async Task<bool> IsForgottenAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(AnswerPatience, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await docker.EndpointsAsync(record.NetworkId, bounded.Token) is { } network
                && ForgottenEndpoint.IsCaseOf(record, network);
        }
        catch (DockerRefusalException)
        {
            return false;
        }
        catch (Exception silence) when (silence is DockerUnreachableException
            || (silence is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            stranded.Note(cniNetwork: null);
            throw new CnmException(
                $"a host port of this container is published already, by {record.Text()}. No process is left there, but Docker does not " +
                "answer whether it still has that endpoint. Start the container again once `cnm-cni status` says that Docker answers. " +
                StrandedContainers.Promise, silence);
        }
    }
}
