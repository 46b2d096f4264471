using System.Diagnostics;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>Containers on attachments that are made ahead, and used again.</summary>
[Feature("Containers: on warm attachments (`-o cni.warm`)")]
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class WarmTests(WarmHost engine) : EngineTest(engine), IClassFixture<WarmHost>
{
    [Fact]
    public async Task A_container_on_a_warm_attachment_is_as_any_other()
    {
        await CreateAsync(2, reuse: false);

        await DockerAsync(
            "run", "--detach", "--name", "web", "--network", Network, "--publish", "8080:80", Image,
            "httpd", "-f", "-p", "80", "-h", "/www");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var inside = await KernelView.OfAsync(Host, "web", "eth0", Cancellation);
        inside.Address.Should().Be(docker.Address);
        inside.Mac.Should().Be(docker.Mac);
        (await Host.FromHost.GetAsync(docker.Address, 80, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("restart", "web");
        docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await Host.FromHost.GetAsync(docker.Address, 80, Cancellation)).Should().Be(Page);
        await DockerAsync("run", "--detach", "--name", "other", "--network", Network, Image, "sleep", "999");
        (await Host.BridgeAsync(["check", "other"], Cancellation)).EnsureSuccess();
        await RemoveAllAsync("web", "other");
    }

    [Fact]
    public async Task A_requested_address_is_given_although_a_warm_attachment_has_it()
    {
        await CreateAsync(2, reuse: false);
        var address = (await WarmAsync())[0].Addresses[0];

        await DockerAsync("run", "--detach", "--name", "web", "--network", Network, "--ip", address.Split('/')[0], Image, "sleep", "999");

        (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Address.Should().Be(address.Split('/')[0]);
        await RemoveAllAsync("web");
    }

    [Fact]
    public async Task In_steady_state_no_plugin_runs_at_all()
    {
        await CreateAsync(6, reuse: true);
        var before = Runs;
        var times = new List<double>();

        for (var number = 0; number < 8; number++)
        {
            var start = Stopwatch.GetTimestamp();
            await DockerAsync("run", "--rm", "--network", Network, Image, "true");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (number == 3)
                await ReadyAsync(6); // Four have rested.
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"docker run --rm: {string.Join(", ", times.Select(time => $"{time:F0}"))} ms");
        await ReadyAsync(6);
        Runs.Should().Be(before);
        await RemoveAllAsync();
    }

    [Fact]
    public async Task After_a_kill_the_next_process_uses_the_warm_attachments_and_a_removed_network_leaves_nothing()
    {
        var census = await Host.CensusAsync(Cancellation);
        await CreateAsync(2, reuse: true);
        var ids = (await WarmAsync()).Select(warm => warm.Id).ToArray();

        await Host.Bridge.KillAsync(Cancellation);
        await Host.Bridge.StartAsync(Cancellation);
        await ReadyAsync(2);

        (await WarmAsync()).Select(warm => warm.Id).Should().BeEquivalentTo(ids);
        await DockerAsync("run", "--rm", "--network", Network, Image, "true");
        await RemoveAllAsync();
        var changes = await Host.ChangesSinceAsync(census, Eventually.Bound, Cancellation);
        string.Join('\n', changes.Where(change => change.StartsWith('+') && !change.Contains("cni0"))).Should().NotContain("veth")
            .And.NotContain("/netns/").And.NotContain("10.90.0");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await TryDockerAsync("network", "rm", Network); // Of a test that failed.
    }

    private async Task CreateAsync(int size, bool reuse)
    {
        await DockerAsync(["network", "create", "-d", "cni", .. WarmHost.Options(size, reuse), Network]);
        await ReadyAsync(size);
    }

    private async Task RemoveAllAsync(params string[] containers)
    {
        if (containers.Length > 0)
            await DockerAsync(["rm", "--force", .. containers]);

        await DockerAsync("network", "rm", Network);
        Directory.GetFiles(Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}"), "10.90.*").Should().BeEmpty();
    }

    private Task ReadyAsync(int count) => WarmView.ReadyAsync(Host, count, Cancellation);

    private async Task<IReadOnlyList<WarmView.Attachment>> WarmAsync() => (await WarmView.OfAsync(Host, Cancellation)).Attachments;

    private int Runs => WarmView.PluginRuns(Host);
}
