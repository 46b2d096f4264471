using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair.Findings;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Containers whose restart policy says that they run, and that Docker gave up while we could not attach them yet: started once, now that we can.</summary>
internal sealed class StrandedContainerInspection(StrandedContainers stranded, ConfigurationDirectory configurations, IDockerEngine docker) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        var there = stranded.Awaited.Count == 0 || context.Docker is null ? [] : There();
        if (there.Count == 0)
            return [];

        var given = await docker.StrandedAsync(StrandedContainers.Promise, cancellationToken);
        if (context.RepairTrigger != RepairTrigger.DryRun)
        {
            foreach (var awaited in there)
                stranded.Settle(awaited); // Once: what then still fails is told by Docker.
        }

        return
        [
            .. given.Select(container => new Finding(
                FindingKind.StrandedContainer, container.Id!, $"container {container.Name}", "Docker gave up starting it, because what its network needs was not there yet")
            {
                Remedy = $"docker start {container.Name}",
                Repair = token => StartAsync(container, token),
            }),
        ];
    }

    private IReadOnlyList<string> There()
    {
        var contents = configurations.Load();
        return [.. stranded.Awaited.Where(name => name.Length == 0 || contents.Find(name) is not null)];
    }

    private async Task<RepairResult> StartAsync(DockerContainer container, CancellationToken cancellationToken)
    {
        await docker.StartAsync(container.Id!, cancellationToken);
        return RepairResult.Repaired("It is started.");
    }
}
