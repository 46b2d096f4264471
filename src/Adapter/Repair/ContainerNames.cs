using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>Reads the names of containers and networks from Docker's API, since Docker does not send them in its calls.</summary>
internal sealed class ContainerNames(IDockerEngine docker, Journal journal, AttachmentGates gates, DockerNames names)
{
    /// <summary>Updates all names.</summary>
    public async Task LearnAsync(DockerView view, CancellationToken cancellationToken)
    {
        names.SetNetworks(view.Networks);
        foreach (var record in journal.Attachments.All.Where(IsListed).ToArray())
        {
            if (view.Find(record) is { } container)
                await LearnAsync(record.EndpointId, container.Name, cancellationToken);
        }
    }

    /// <summary>Reads the names of new attachments, for a command that names a container right after <c>docker run</c>.</summary>
    /// <exception cref="DockerException">Docker does not answer.</exception>
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

    // Docker does not list an endpoint that is being made or removed.
    private static bool IsListed(AttachmentRecord record) => record is { IsUnfinished: false, IsCleanupPending: false };

    private static bool IsNameless(AttachmentRecord record) => IsListed(record) && record.ContainerName is null;

    private async Task LearnAsync(string endpointId, string name, CancellationToken cancellationToken)
    {
        if (journal.Attachments.Find(endpointId)?.ContainerName == name)
            return;

        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { } record && record.ContainerName != name)
            journal.Attachments.Write(record with { ContainerName = name });
    }
}
