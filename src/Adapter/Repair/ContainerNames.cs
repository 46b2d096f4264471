using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>Learns what people call containers and networks, which a driver is never told in a call.</summary>
internal sealed class ContainerNames(IDockerEngine docker, Journal journal, AttachmentGates gates, DockerNames names)
{
    /// <summary>All names, also those that have changed.</summary>
    public async Task LearnAsync(DockerView view, CancellationToken cancellationToken)
    {
        names.SetNetworks(view.Networks);
        foreach (var record in journal.Attachments.All.Where(IsMade).ToArray())
        {
            if (view.Find(record) is { } container)
                await LearnAsync(record.EndpointId, container.Name, cancellationToken);
        }
    }

    /// <summary>The names of what came since the last round, for somebody who asks about it by name right after <c>docker run</c>.</summary>
    /// <exception cref="DockerException">Docker does not say.</exception>
    public async Task LearnNewAsync(CancellationToken cancellationToken)
    {
        foreach (var networkId in journal.Attachments.All.Where(IsNameless).Select(record => record.NetworkId).Distinct().ToArray())
        {
            var endpoints = await docker.EndpointsAsync(networkId, cancellationToken);
            foreach (var record in journal.Attachments.All.Where(record => record.NetworkId == networkId && IsNameless(record)).ToArray())
            {
                if (endpoints?.Find(record.EndpointId) is { } container)
                    await LearnAsync(record.EndpointId, container.Name, cancellationToken);
            }
        }
    }

    /// <summary>While an endpoint is being made or undone Docker does not list it, and somebody is at work on it already.</summary>
    public static bool IsMade(AttachmentRecord record) => record.Phase is AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined;

    private static bool IsNameless(AttachmentRecord record) => IsMade(record) && record.ContainerName is null;

    private async Task LearnAsync(string endpointId, string name, CancellationToken cancellationToken)
    {
        if (journal.Attachments.Find(endpointId)?.ContainerName == name)
            return;

        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { } record && record.ContainerName != name)
            journal.Attachments.Write(record with { ContainerName = name });
    }
}
