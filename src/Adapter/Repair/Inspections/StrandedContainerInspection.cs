using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Containers with a restart policy that Docker gave up while their network could not be attached yet, or cnm-cni did not run: started
/// once, now that it can be.
/// </summary>
internal sealed class StrandedContainerInspection(
    StrandedContainers stranded, ConfigurationDirectory configurations, IDockerEngine docker, DriverName driver) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> arrived = stranded.Awaited.Count == 0 || context.Docker is null ? [] : Arrived();
        if (arrived.Count == 0)
            return [];

        var containers = await docker.StrandedAsync(
            [StrandedContainers.Promise, StrandedContainers.WithoutDriver(await driver.AskAsync(cancellationToken))], cancellationToken);
        if (context.Trigger != RepairTrigger.DryRun)
        {
            foreach (var awaited in arrived)
                stranded.Settle(awaited); // Once: Docker reports what then still fails.
        }

        return
        [
            .. containers.Select(container => new Finding(
                FindingKind.StrandedContainer,
                container.Id!,
                $"container {container.Name}",
                "Docker gave up starting it, because what its network needs was missing")
            {
                Remedy = $"docker start {container.Name}",
                Repair = async token =>
                {
                    await docker.StartAsync(container.Id!, token);
                    return RepairResult.Repaired("It is started.");
                },
            }),
        ];
    }

    private IReadOnlyList<string> Arrived()
    {
        var contents = configurations.Load();
        return [.. stranded.Awaited.Where(name =>
            name.Length == 0 || (contents.Find(name) is { } network && Delegates.WhyNotYet(network) is null))];
    }
}
