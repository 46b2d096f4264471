namespace Bridge.Adapter.Tests.Cnm;

/// <summary>More calls at once than may run: they wait in a bounded queue, and other calls are served.</summary>
public sealed class OverloadTests : IDisposable
{
    private const int Running = 8;
    private const int Containers = 200;

    private readonly ScriptedNetworks _networks = new();

    public OverloadTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");

    public void Dispose() => _networks.Dispose();

    [Fact]
    public async Task Two_hundred_containers_at_once_are_served_in_turn_and_leave_nothing()
    {
        _networks.WriteChain(add: "sleep 0.1");
        await using var daemon =
            new DaemonProcess($"pluginDirectories: [{_networks.Plugins}]\ncalls: {{running: {Running}}}\nlog: {{level: critical}}");
        ScriptedNetworks.WriteConflists(daemon.WriteConflist);
        await daemon.StartAsync();
        var warmUp = new DockerCalls(daemon.PostAsync);
        await warmUp.CreateNetworksAsync();
        await LiveAsync(warmUp, "e0");
        var files = daemon.OpenFiles;

        using (var http = daemon.Client())
        {
            var docker = new DockerCalls((method, body) => DaemonProcess.PostAsync(http, method, body));
            var lives = Enumerable.Range(1, Containers).Select(number => LiveAsync(docker, $"e{number}")).ToArray();
            await _networks.RunsAsync("ADD chain", times: 20);
            (await daemon.PostAsync("Bridge.Status", "")).Status.Should().Be(200);
            lives.Should().Contain(life => !life.IsCompleted, "the question was asked in the middle of it");
            daemon.Threads.Should().BeLessThan(100);
            await Task.WhenAll(lives);
        }

        _networks.MostAtOnce.Should().BeInRange(2, 2 * Running, "what makes and what undoes have {0} places each", Running);
        (await daemon.PostAsync("Bridge.Settle", """{"timeout":30}""")).Body.Should().Contain("\"pending\": []");
        _networks.Store.Should().BeEmpty();
        Directory.GetFiles(daemon.RecordsOf("attachments")).Should().BeEmpty();
        await Eventually.TrueAsync(() => daemon.OpenFiles <= files + 2, $"its open files are {files} again");
    }

    [Fact]
    public async Task Above_the_limit_calls_that_create_are_refused_and_calls_that_clean_up_or_read_are_served()
    {
        await using var daemon = await ServingDaemon.StartAsync(settings => settings with
        {
            PluginDirectories = [_networks.Plugins],
            Calls = new() { Running = 1, Waiting = 2 },
        });
        ScriptedNetworks.WriteConflists(daemon.WriteConflist);
        var docker = new DockerCalls(daemon.PostAsync);
        await docker.CreateNetworksAsync();
        await docker.CreateEndpointAsync("there");

        Task<string>[] accepted;
        using (_networks.Hold("chain", "ADD"))
        {
            accepted = [docker.CreateEndpointAsync("e0")];
            await _networks.RunsAsync("ADD chain", times: 2);
            var crowd = Enumerable.Range(1, 5).Select(number => docker.CreateEndpointAsync($"e{number}")).ToList();
            await Eventually.TrueAsync(() => crowd.Count(call => call.IsCompleted) == 3, "those that find no place to wait are answered");

            foreach (var refused in crowd.Where(call => call.IsCompleted))
                (await refused).Should().Contain(
                    "too many calls at once: 1 calls are running and 2 are waiting (settings calls.running and calls.waiting").And.Contain(
                        "Nothing was done");

            (await docker.EndpointAsync("Leave", "there")).Should().Be("{}");
            (await docker.EndpointAsync("DeleteEndpoint", "there")).Should().Be("{}");
            (await docker.ReleaseAddressAsync("10.77.0.9")).Should().Be("{}");
            (await docker.EndpointAsync("EndpointOperInfo", "e0")).Should().Contain("Adding");
            (await daemon.PostAsync("Plugin.Activate", "")).Status.Should().Be(200);
            (await daemon.PostAsync("Bridge.Status", "")).Body.Should().Contain("\"adding\"");
            accepted = [.. accepted, .. crowd.Where(call => !call.IsCompleted)];
        }

        accepted.Should().HaveCount(3);
        (await Task.WhenAll(accepted)).Should().OnlyContain(answer => answer.StartsWith("{\"Interface\":"));
        foreach (var number in Enumerable.Range(0, 6))
            await docker.EndpointAsync("DeleteEndpoint", $"e{number}");

        _networks.Store.Should().BeEmpty();
    }

    private static async Task LiveAsync(DockerCalls docker, string endpoint)
    {
        (await docker.CreateEndpointAsync(endpoint)).Should().StartWith("{\"Interface\":");
        (await docker.JoinAsync(endpoint)).Should().Contain("\"SrcName\":");
        (await docker.EndpointAsync("Leave", endpoint)).Should().Be("{}");
        (await docker.EndpointAsync("DeleteEndpoint", endpoint)).Should().Be("{}");
    }
}
