using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests;

/// <summary>
/// Services of a swarm whose tasks are on the CNI network of their nodes. docs/swarm.md has what works; these tests, which
/// `./bridge test --containers` runs, are not among those of the compatibility page.
/// </summary>
public sealed class SwarmTests : IClassFixture<SwarmHost>, IAsyncLifetime
{
    private const string Page = "served\n";

    // Of the manager alone.
    private const string Lone = "lone";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly SwarmHost _swarm;

    public SwarmTests(SwarmHost swarm)
    {
        Assert.SkipUnless(swarm.MissingRequirement is null, swarm.MissingRequirement ?? "");
        _swarm = swarm;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var node in _swarm.Nodes)
                TestContext.Current.TestOutputHelper?.WriteLine(node.Logs);
        }

        await _swarm.Manager.DockerAsync(["service", "rm", "web"], CancellationToken.None);
        await _swarm.Manager.DockerAsync(["node", "update", "--availability", "active", _swarm.Nodes[1].Name], CancellationToken.None);
    }

    [Fact(Timeout = Deadline.Long)]
    public async Task Tasks_land_on_the_CNI_network_of_their_node_and_reach_each_other_and_their_ports_are_published()
    {
        var before = await CensusAfterOneServiceAsync();
        await ServiceAsync("--mode", "global", "--publish", "mode=host,target=80,published=8080");
        await AreRunningAsync(2);
        foreach (var (node, number) in Numbered())
        {
            var address = await AddressAsync(node);
            address.Should().StartWith(SwarmHost.PrefixOf(number));
            (await node.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        }

        var first = await FromTaskAsync(_swarm.Nodes[0]);
        (await first.GetAsync(await AddressAsync(_swarm.Nodes[1]), 80, Cancellation)).Should().Be(Page);
        await DockerAsync(
            _swarm.Nodes[1], "run", "--detach", "--name", "probe", "--network", SwarmHost.Network, _swarm.Image, "sleep", "infinity");
        var probe = await _swarm.Nodes[1].FromContainerAsync("probe", Cancellation);
        (await probe.GetAsync(await AddressAsync(_swarm.Nodes[0]), 80, Cancellation)).Should().Be(Page);
        var task = await FromTaskAsync(_swarm.Nodes[1]);
        (await task.ResolveAsync("probe", "127.0.0.11", Cancellation)).Should().NotBeNull("it is on the same node");

        await DockerAsync(_swarm.Nodes[1], "rm", "--force", "probe");
        await RemoveServiceAsync();
        await NothingIsLeftAsync(before);
    }

    [Fact(Timeout = Deadline.Long)]
    public async Task A_service_is_scaled_updated_rolled_back_and_drained_from_a_node()
    {
        var before = await CensusAfterOneServiceAsync();
        await ServiceAsync("--replicas", "2", "--update-order", "start-first");
        await AreRunningAsync(2);

        await DockerAsync(_swarm.Manager, "service", "scale", "--detach", "web=4");
        await AreRunningAsync(4);
        await DockerAsync(_swarm.Manager, "service", "update", "--detach", "--no-resolve-image", "--env-add", "EDITION=2", "web");
        await BecomesTrueAsync(
            async () => (await ContainersAsync()).Count == 4 && (await EditionsAsync()).All(edition => edition == "2"), "the update");
        (await AddressesAsync()).Should().HaveCount(4).And.OnlyHaveUniqueItems();
        await DockerAsync(_swarm.Manager, "service", "rollback", "--detach", "web");
        await BecomesTrueAsync(
            async () => (await EditionsAsync()) is { Count: 4 } editions && editions.All(edition => edition == "1"), "the rollback");

        await DockerAsync(_swarm.Manager, "node", "update", "--availability", "drain", _swarm.Nodes[1].Name);
        await BecomesTrueAsync(
            async () => (await TasksAsync(_swarm.Nodes[0])).Length == 4 && (await TasksAsync(_swarm.Nodes[1])).Length == 0, "the drain");
        (await AddressesAsync()).Should().HaveCount(4).And.OnlyHaveUniqueItems()
            .And.AllSatisfy(address => address.Should().StartWith(SwarmHost.PrefixOf(1)));

        await RemoveServiceAsync();
        await NothingIsLeftAsync(before);
    }

    [Fact(Timeout = Deadline.Long)]
    public async Task A_service_has_no_virtual_address_and_no_name()
    {
        await ServiceAsync("--mode", "global", "--dns", "127.0.0.1");
        await AreRunningAsync(2);

        (await DockerAsync(_swarm.Manager, "service", "inspect", "--format", "{{range .Endpoint.VirtualIPs}}[{{.Addr}}]{{end}}", "web"))
            .Should().BeOneOf("[]", "");
        var task = await FromTaskAsync(_swarm.Nodes[0]);
        (await task.ResolveAsync("web", "127.0.0.11", Cancellation)).Should().BeNull();
        (await task.ResolveAsync("tasks.web", "127.0.0.11", Cancellation)).Should().BeNull();
        var own = await DockerAsync(_swarm.Nodes[0], "ps", "--filter", "name=web.", "--format", "{{.Names}}");
        (await task.ResolveAsync(own, "127.0.0.11", Cancellation)).Should().Be(await AddressAsync(_swarm.Nodes[0]));
        await RemoveServiceAsync();
    }

    [Fact(Timeout = Deadline.Long)]
    public async Task A_node_without_the_configuration_rejects_tasks_and_the_other_runs_them()
    {
        await DockerAsync(
            _swarm.Manager, "network", "create", "--config-only", "--ipam-driver", TestHost.PluginName,
            "--ipam-opt", $"cni.network={CniNetworks.Name}", "-o", $"cni.network={CniNetworks.Name}",
            "--subnet", $"{SwarmHost.PrefixOf(1)}0/24", "--gateway", $"{SwarmHost.PrefixOf(1)}1", $"{Lone}-config");
        (await _swarm.Manager.SampleAsync("samples/swarm/network.sh", [Lone], Cancellation)).EnsureSuccess();

        await DockerAsync(
            _swarm.Manager, "service", "create", "--detach", "--no-resolve-image", "--name", "web", "--network", Lone, "--mode", "global",
            _swarm.Image, "sleep", "infinity");

        await BecomesTrueAsync(
            async () => (await StatesAsync()).Any(state => state.StartsWith($"{_swarm.Nodes[1].Name} Rejected", StringComparison.Ordinal)
                && state.Contains($"{Lone}-config", StringComparison.Ordinal)),
            "the rejection");
        await BecomesTrueAsync(async () => (await TasksAsync(_swarm.Nodes[0])).Length == 1, "the task of the other node");
        (await AddressAsync(_swarm.Nodes[0])).Should().StartWith(SwarmHost.PrefixOf(1));
        await RemoveServiceAsync();
        await BecomesTrueAsync(
            async () => (await _swarm.Manager.DockerAsync(["network", "rm", Lone], Cancellation)).Succeeded, "the network's end");
        await DockerAsync(_swarm.Manager, "network", "rm", $"{Lone}-config");
    }

    [Fact(Timeout = Deadline.Long)]
    public async Task A_node_without_the_plugin_gets_no_task_until_it_has_the_plugin()
    {
        await DockerAsync(_swarm.Nodes[1], "plugin", "disable", "--force", TestHost.PluginName);
        try
        {
            await BecomesTrueAsync(async () => !await IsKnownToHaveThePluginAsync(), "the manager's knowledge");
            await ServiceAsync("--mode", "global");
            await BecomesTrueAsync(
                async () => (await StatesAsync()).Any(state => state.Contains("missing plugin on 1 node", StringComparison.Ordinal)),
                "the reason");
            await BecomesTrueAsync(async () => (await TasksAsync(_swarm.Nodes[0])).Length == 1, "the task of the other node");
        }
        finally
        {
            await DockerAsync(_swarm.Nodes[1], "plugin", "enable", TestHost.PluginName);
        }

        await AreRunningAsync(2);
        await RemoveServiceAsync();
    }

    private async Task<bool> IsKnownToHaveThePluginAsync() =>
        (await DockerAsync(
            _swarm.Manager, "node", "inspect", "--format", "{{range .Description.Engine.Plugins}}{{println .Name}}{{end}}",
            _swarm.Nodes[1].Name)).Contains(TestHost.PluginName, StringComparison.Ordinal);

    private IEnumerable<(TestHost Node, int Number)> Numbered() => _swarm.Nodes.Select((node, index) => (node, index + 1));

    private Task<string> ServiceAsync(params string[] options) => DockerAsync(
        _swarm.Manager,
        ["service", "create", "--detach", "--no-resolve-image", "--name", "web", "--network", SwarmHost.Network, .. options, _swarm.Image,
            "httpd", "-f", "-p", "80", "-h", "/www"]);

    // The first task makes the bridge and the chains of the firewall.
    private async Task<IReadOnlyList<HostCensus>> CensusAfterOneServiceAsync()
    {
        await ServiceAsync("--mode", "global", "--publish", "mode=host,target=80,published=8080");
        await AreRunningAsync(2);
        await RemoveServiceAsync();
        return await Task.WhenAll(_swarm.Nodes.Select(node => node.CensusAsync(Cancellation)));
    }

    private async Task RemoveServiceAsync()
    {
        await DockerAsync(_swarm.Manager, "service", "rm", "web");
        await BecomesTrueAsync(async () => (await ContainersAsync()).Count == 0, "the service's end");
    }

    private async Task NothingIsLeftAsync(IReadOnlyList<HostCensus> before)
    {
        foreach (var (node, census) in _swarm.Nodes.Zip(before))
            string.Join('\n', await node.ChangesSinceAsync(census, Patience, Cancellation)).Should().BeEmpty();
    }

    // Of each task, also of those that were rejected.
    private async Task<string[]> StatesAsync() =>
        (await DockerAsync(
            _swarm.Manager, "service", "ps", "--no-trunc", "--format", "{{.Node}} {{.CurrentState}} {{.Error}}", "web")).Split('\n');

    private Task AreRunningAsync(int tasks) => BecomesTrueAsync(async () => (await ContainersAsync()).Count == tasks, $"{tasks} tasks");

    private async Task BecomesTrueAsync(Func<Task<bool>> condition, string what)
    {
        if (!await Eventually.IsTrueAsync(async _ => await condition(), Patience, Cancellation))
            Assert.Fail($"{what} did not come.\n{await DockerAsync(_swarm.Manager, "service", "ps", "--no-trunc", "web")}");
    }

    private async Task<IReadOnlyList<(TestHost Node, string Container)>> ContainersAsync()
    {
        var all = new List<(TestHost, string)>();
        foreach (var node in _swarm.Nodes)
            all.AddRange((await TasksAsync(node)).Select(container => (node, container)));

        return all;
    }

    private static async Task<string[]> TasksAsync(TestHost node) =>
        (await DockerAsync(node, "ps", "--quiet", "--filter", "name=web.")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<IReadOnlyList<string>> AddressesAsync() => InspectAsync("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");

    private async Task<IReadOnlyList<string>> EditionsAsync() =>
        [.. (await InspectAsync("{{range .Config.Env}}{{println .}}{{end}}")).Select(
            variables => variables.Contains("EDITION=2", StringComparison.Ordinal) ? "2" : "1")];

    private async Task<IReadOnlyList<string>> InspectAsync(string format)
    {
        var answers = new List<string>();
        foreach (var (node, container) in await ContainersAsync())
            answers.Add((await node.DockerAsync(["inspect", "--format", format, container], Cancellation)).Output);

        return answers;
    }

    private static async Task<string> AddressAsync(TestHost node) => await DockerAsync(
        node, "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", (await TasksAsync(node))[0]);

    private static async Task<Bridge.TestHosts.Sockets.Vantage> FromTaskAsync(TestHost node) =>
        await node.FromContainerAsync((await TasksAsync(node))[0], Cancellation);

    private static async Task<string> DockerAsync(TestHost node, params string[] arguments) =>
        (await node.DockerAsync(arguments, Cancellation)).EnsureSuccess().Output;
}
