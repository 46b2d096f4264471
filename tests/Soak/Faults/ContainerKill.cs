using Bridge.Soak.Totals;
using Bridge.TestHosts;

namespace Bridge.Soak.Faults;

/// <summary>A container's process is killed, by Docker or behind its back.</summary>
internal sealed class ContainerKill(TestHost host, Engines engines, FaultTotals totals, TimeProvider timeProvider) : Fault
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    public override int Weight => 12;

    public override bool CanStrike => !engines.DockerIsStarting;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        var isBehindDocker = random.Next(2) == 0;
        var choice = random.Next();
        using var patience = new CancellationTokenSource(LongestWait, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        var containers =
            (await host.DockerAsync(["ps", "--format", "{{.Names}}"], either.Token)).Output.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length == 0)
            return;

        var container = containers[choice % containers.Length];
        await (isBehindDocker ? KillProcessAsync(container, either.Token) : KillAsync(container, either.Token));
    }

    private async Task KillAsync(string container, CancellationToken cancellationToken)
    {
        if ((await host.DockerAsync(["kill", container], cancellationToken)).Succeeded)
            totals.Killed("container: docker kill", container);
    }

    private async Task KillProcessAsync(string container, CancellationToken cancellationToken)
    {
        var inspect = await host.DockerAsync(["inspect", "--format", "{{.State.Pid}}", container], cancellationToken);
        if (inspect is { Succeeded: true, Output: not "0" }
            && (await host.RunAsync(["kill", "-KILL", inspect.Output], cancellationToken)).Succeeded)
            totals.Killed("container: kill -9", container);
    }
}
