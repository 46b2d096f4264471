using System.Diagnostics;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Fault.Tests;

/// <summary>
/// Injects a fault at each step of an operation in turn: at the first, at the second, … until the operation has no further step.
/// </summary>
public abstract class FaultTest(FaultHost faulty)
{
    private const string Container = "guest";
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);

    private readonly List<string> _leaks = [];
    private HostCensus? _census;
    private TimeSpan _longestWait;

    // Of cnm-cni, in the present step.
    private int _deaths;

    protected TestHost Host => faulty.Host;

    protected static string[] Run { get; } =
        ["run", "--detach", "--name", Container, "--network", FaultHost.Network, "--publish", "8080:80", FaultHost.Image, "httpd", "-f",
            "-p", "80", "-h", "/www"];

    /// <summary>Without a network of cnm-cni.</summary>
    protected static string[] RunElsewhere { get; } = ["run", "--detach", "--name", Container, FaultHost.Image, "sleep", "infinity"];

    protected static string[] Connect { get; } = ["network", "connect", FaultHost.Network, Container];

    protected static string[] Disconnect { get; } = ["network", "disconnect", FaultHost.Network, Container];

    protected static string[] Remove { get; } = ["rm", "--force", Container];

    /// <summary>Injects the fault at each step of <paramref name="command"/> and compares the host each time with what it was.</summary>
    /// <param name="before">Run before, without a fault.</param>
    /// <param name="command">The arguments of docker.</param>
    /// <param name="deed">The fault.</param>
    protected Task StrikeEveryStepAsync(string[][] before, string[] command, FaultDeed deed) =>
        UntilNoStepIsLeftAsync(deed, 1, async step =>
    {
        await PrepareAsync(before);

        faulty.Order.Give(step, deed);
        await DockerWhileRestartingAsync(command);
    });

    /// <summary>Kills cnm-cni during a command, and then at each step of the restart that cleans up.</summary>
    /// <param name="before">Run before, without a fault.</param>
    /// <param name="command">The arguments of docker.</param>
    /// <param name="middle">How the step begins at which it is killed first.</param>
    protected Task StrikeEveryStepOfRecoveryAsync(string[][] before, string[] command, string middle) =>
        UntilNoStepIsLeftAsync(FaultDeed.Kill, 2, async step =>
    {
        await PrepareAsync(before);

        faulty.Order.Give(1, FaultDeed.Kill, middle);
        await DockerWhileRestartingAsync(command, deaths: 1, onFirstDeath: () =>
        {
            faulty.Order.Give(step, FaultDeed.Kill);
            return Task.CompletedTask;
        });
        _deaths.Should().BePositive($"there is a step that begins with {middle}");
    });

    /// <summary>
    /// At each step cnm-cni and dockerd are killed. dockerd forgets the sandbox of the running container, which a process keeps alive: the
    /// container's own does where its start was cut off.
    /// </summary>
    /// <param name="command">The arguments of docker, for a running container.</param>
    protected Task StrikeEveryStepWithDockerAsync(string[] command)
    {
        var keeper = "";
        return UntilNoStepIsLeftAsync(FaultDeed.Kill, 1, StrikeAsync, LookIntoSandboxAsync);

        async Task StrikeAsync(int step)
        {
            await PrepareAsync([RunElsewhere]);
            var sandbox =
                (await Host.DockerAsync(["inspect", "--format", "{{.NetworkSettings.SandboxKey}}", Container], Cancellation)).Output;
            keeper = (await Host.RunAsync(
                ["sh", "-c", "nsenter --net=$0 sleep 600 > /dev/null 2>&1 & echo $!", sandbox], Cancellation)).EnsureSuccess().Output;
            faulty.Order.Give(step, FaultDeed.Kill);
            await DockerWhileRestartingAsync(command, onFirstDeath: async () =>
            {
                await Host.Dockerd.KillAsync(Cancellation);
                await Host.RunAsync(["umount", sandbox], Cancellation);
            });
            if (!Host.Dockerd.IsRunning)
                await Host.Dockerd.StartAsync(Cancellation);
        }

        async Task LookIntoSandboxAsync(string fault)
        {
            var links = await Host.RunAsync(
                ["nsenter", $"--net=/proc/{keeper}/ns/net", "ip", "-o", "link", "show", "type", "veth"], Cancellation);
            var ours = links.Output.Split('\n').Where(link => link.Length > 0 && !link.Contains(": eth0@")).ToArray(); // Not docker0's.
            if (ours.Length > 0)
            {
                _leaks.Add($"{fault}, in the sandbox: {string.Join('\n', ours)}");
                Say($"LEAK: {_leaks[^1]}\n{Host.Logs}");
            }

            await Host.RunAsync(["kill", keeper], Cancellation);
        }
    }

    private async Task PrepareAsync(string[][] commands)
    {
        foreach (var command in commands)
        {
            (await Host.DockerAsync(command, Cancellation)).EnsureSuccess();
            await AtRestAsync();
        }
    }

    private async Task UntilNoStepIsLeftAsync(
        FaultDeed deed, int deaths, Func<int, Task> strikeAsync, Func<string, Task>? lookAsync = null)
    {
        Assert.SkipUnless(faulty.MissingRequirement is null, faulty.MissingRequirement ?? "");
        var struck = new List<string>();
        for (var step = Stride.First; ; step += Stride.Length)
        {
            _deaths = 0;
            if (faulty.Warm > 0)
                await faulty.CreateNetworkAsync(Cancellation);

            await strikeAsync(step);
            await AtRestAsync();
            var isStruck = !faulty.Order.IsPending;
            faulty.Order.Withdraw();
            var where = isStruck ? faulty.Order.Steps[^1] : "no step";
            await DockerWhileRestartingAsync(Remove, isStruck && deed == FaultDeed.Kill ? deaths : 0);
            if (faulty.Warm > 0)
            {
                await faulty.UnusedAsync(Cancellation);
                await DockerWhileRestartingAsync(["network", "rm", FaultHost.Network]);
            }

            if (lookAsync is not null)
                await lookAsync($"{deed} at step {step}, {where}");

            await LookForLeaksAsync($"{deed} at step {step}, {where}");
            if (!isStruck)
                break;

            struck.Add(where);
        }

        Report(struck, deed);
        (struck.Count > 0 || Stride.Length > 1).Should().BeTrue("there is at least one step");
        string.Join("\n\n", _leaks).Should().BeEmpty();
    }

    // As a service manager does: cnm-cni is restarted when it has ended. Clean-ups go on after Docker has its answer. A process that was
    // killed is there until its last thread has left the kernel, so the deaths are waited for.
    private async Task DockerWhileRestartingAsync(string[] command, int deaths = 0, Func<Task>? onFirstDeath = null)
    {
        var start = Stopwatch.GetTimestamp();
        var docker = Host.DockerAsync(command, Cancellation);
        bool IsOver() => docker.IsCompleted && Host.Bridge.IsRunning
            && (_deaths >= deaths || Stopwatch.GetElapsedTime(start) > Eventually.Bound);
        while (!IsOver())
        {
            if (!Host.Bridge.IsRunning)
                await TryStartBridgeAsync(onFirstDeath);

            await Task.WhenAny(docker.IsCompleted ? Task.Delay(20, Cancellation) : docker, Task.Delay(20, Cancellation));
        }

        await docker;
        var waited = Stopwatch.GetElapsedTime(start);
        _longestWait = waited > _longestWait ? waited : _longestWait;
    }

    private async Task TryStartBridgeAsync(Func<Task>? onFirstDeath = null)
    {
        if (++_deaths == 1 && onFirstDeath is not null)
            await onFirstDeath();

        try
        {
            await Host.Bridge.StartAsync(Cancellation);
        }
        catch (InvalidOperationException) when (!faulty.Order.IsPending)
        {
            // Struck before it answered: it is started once more.
        }
    }

    // What goes on after the command has returned (the arrival in the sandbox before Docker 28, clean-ups, the background of a start)
    // belongs to it.
    private async Task AtRestAsync()
    {
        var steps = -1;
        while (steps != faulty.Order.Steps.Count || !Host.Bridge.IsRunning)
        {
            if (!Host.Bridge.IsRunning)
                await TryStartBridgeAsync();

            steps = faulty.Order.Steps.Count;
            if (faulty.Order.IsPending)
            {
                await Host.SettleAsync(Cancellation);
                await Task.Delay(Quiet, Cancellation);
            }
        }
    }

    private async Task LookForLeaksAsync(string fault)
    {
        var changes = await Host.ChangesSinceAsync(_census ??= faulty.Census, BackgroundPatience, Cancellation);
        if (changes.Count == 0)
            return;

        _leaks.Add($"{fault}:\n{string.Join('\n', changes)}");
        Say($"LEAK: {_leaks[^1]}\n{Host.Logs}");
        _census = await Host.CensusAsync(Cancellation); // So that the next leak is seen as well.
    }

    private void Report(List<string> struck, FaultDeed deed)
    {
        var kinds = struck.GroupBy(step => step.Split(' ')[0]).Select(kind => $"{kind.Key} {kind.Count()}");
        Say($"{deed} at each of {struck.Count} steps ({string.Join(
            ", ", kinds)}): {_leaks.Count} leaks. Docker waited {_longestWait.TotalSeconds:F1} s at most.");
        foreach (var (step, number) in struck.Select((step, index) => (step, index + 1)))
            Say($"  {number} {step}");
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
