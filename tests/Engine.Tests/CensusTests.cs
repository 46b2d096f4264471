using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests;

/// <summary>Nothing leaks: the host is afterwards what it was before.</summary>
public abstract class CensusTests(EngineHost engine) : EngineTest(engine)
{
    /// <summary>Options that publish ports, where the chain can.</summary>
    protected abstract IReadOnlyList<string> Published(int number);

    [Feature("Nothing is left: a container removed")]
    [Fact]
    [Case(50, "real-chain")]
    public async Task A_container_that_comes_and_goes_leaves_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync(Published(0));

        await DockerAsync(["run", "--rm", "--network", Network, .. Published(1), Image, "true"]);

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: dozens of containers at once")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Thirty_containers_with_ports_restarts_connects_and_disconnects_leave_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync(Published(0));

        async ValueTask Live(int number, CancellationToken cancellationToken)
        {
            var name = $"guest{number}";
            await RunContainerAsync(name, Published(number));
            switch (number % 3)
            {
                case 0:
                    await DockerAsync("restart", name);
                    break;
                case 1:
                    await DockerAsync("network", "disconnect", Network, name);
                    await DockerAsync("network", "connect", Network, name);
                    break;
                default:
                    await DockerAsync("stop", name);
                    await DockerAsync("start", name);
                    break;
            }

            await DockerAsync("rm", "--force", name);
        }

        await Parallel.ForAsync(0, 30, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation }, Live);

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: a container killed")]
    [Fact]
    [Case(50, "real-chain")]
    public async Task A_container_that_is_killed_leaves_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync(Published(0));
        await RunContainerAsync("web", ["--rm", .. Published(1)]);

        await DockerAsync("kill", "--signal", "KILL", "web");

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: a container that does not start")]
    [Fact]
    public async Task A_container_whose_command_does_not_exist_leaves_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync(Published(0));

        var run = await TryDockerAsync(["run", "--name", "broken", "--network", Network, .. Published(1), Image, "no-such-command"]);
        await DockerAsync("rm", "broken");

        run.ExitCode.Should().Be(127);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: a network removed")]
    [Fact]
    public async Task Creating_and_removing_a_network_leaves_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync(Published(0));

        await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "second");
        await DockerAsync("run", "--rm", "--network", "second", Image, "true");
        await DockerAsync("network", "rm", "second");

        await AssertNothingIsLeftSinceAsync(census);
    }
}
