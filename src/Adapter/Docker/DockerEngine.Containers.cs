using System.Net;
using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

internal sealed partial class DockerEngine
{
    public async Task<IReadOnlyList<DockerContainer>> ContainersAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(new ContainersListParameters { All = true }, cancellationToken)).Select(container => new DockerContainer(NameOf(container), container.ID))];

    public async Task<IReadOnlyList<DockerContainer>> StrandedAsync(string words, CancellationToken cancellationToken)
    {
        var ended = new ContainersListParameters { All = true, Filters = Filter("status", "created", "exited") };
        var stranded = new List<DockerContainer>();
        foreach (var container in await ListAsync(ended, cancellationToken))
        {
            if (await InspectContainerAsync(container.ID, cancellationToken) is { } found
                && found.HostConfig?.RestartPolicy?.Name is RestartPolicyKind.Always or RestartPolicyKind.UnlessStopped
                && (found.State?.Error?.Contains(words, StringComparison.Ordinal) ?? false))
            {
                stranded.Add(new DockerContainer(found.Name.TrimStart('/'), found.ID));
            }
        }

        return stranded;
    }

    public Task StartAsync(string containerId, CancellationToken cancellationToken) => AskAsync(
        "start a container", token => _client.Containers.StartContainerAsync(containerId, new ContainerStartParameters(), token), CreationTimeout, cancellationToken);

    private async Task<IEnumerable<ContainerListResponse>> ListAsync(ContainersListParameters which, CancellationToken cancellationToken) =>
        await AskAsync("list its containers", token => _client.Containers.ListContainersAsync(which, token), cancellationToken);

    // "/web"; before Docker 28 also the names that others have linked it by: "/db/web".
    private static string NameOf(ContainerListResponse container) =>
        (container.Names ?? []).Select(name => name.TrimStart('/')).FirstOrDefault(name => !name.Contains('/', StringComparison.Ordinal)) ?? "";

    // Null when there is no such container any more.
    private async Task<ContainerInspectResponse?> InspectContainerAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync("inspect a container", token => _client.Containers.InspectContainerAsync(id, token), cancellationToken);
        }
        catch (DockerRefusalException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
