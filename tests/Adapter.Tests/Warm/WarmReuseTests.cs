using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Warm;

/// <summary>Attachments that serve one container after the other.</summary>
[Collection("links of the host")]
public sealed class WarmReuseTests : WarmTest
{
    private readonly string _sandbox = Path.Combine(Path.GetTempPath(), $"sandbox-{Guid.NewGuid():N}");

    // Longer than the life of a container here: only then does it come back before it is replaced.
    private protected override AdapterSettings Change(AdapterSettings settings) =>
        base.Change(settings) with { Warm = new WarmSettings { Rest = TimeSpan.FromSeconds(2) } };

    public WarmReuseTests()
    {
        if (!Environment.IsPrivilegedProcess)
            return;

        using var made = NetworkNamespace.Create();
        made.MountAt(_sandbox);
    }

    // The framework calls DisposeAsync alone, which ends with this.
    private protected override async ValueTask EndDaemonAsync()
    {
        await base.EndDaemonAsync();
        if (Environment.IsPrivilegedProcess)
            NetworkNamespace.Unmount(_sandbox);
    }

    [Theory]
    [InlineData(Reserved)]
    [InlineData(Unreserved)]
    public async Task In_steady_state_no_plugin_runs_at_all(string network)
    {
        await CreateAsync(network, warm: 2, reuse: true);
        await ReadyAsync(2, network);
        var runs = Networks.Runs;

        for (var number = 1; number <= 4; number++)
        {
            await RunAsync($"e{number}", network);
            await ReadyAsync(2, network);
        }

        Networks.Runs.Should().Equal(runs);
    }

    [Fact]
    public async Task It_rests_before_the_next_container_gets_it_and_comes_last()
    {
        await CreateAsync(Reserved, warm: 2, reuse: true);
        await ReadyAsync(2);
        var before = (await WarmAsync()).Select(warm => (string)warm!["id"]!).ToArray();

        await RunAsync("e1", Reserved);

        await ReadyAsync(2);
        (await WarmAsync()).Select(warm => (string)warm!["id"]!).Should().Equal(before[1], before[0]);
    }

    // Those of the container first: it needs CAP_NET_ADMIN for them. Then what somebody changes on the host.
    [Theory]
    [InlineData("link set eth0 mtu 1300")]
    [InlineData("link set eth0 txqueuelen 77")]
    [InlineData("link set eth0 multicast off")]
    [InlineData("link set eth0 arp off")]
    [InlineData("link set eth0 alias something")]
    [InlineData("link set eth0 group 5")]
    [InlineData("link set eth0 gso_max_size 5000")]
    [InlineData("link set eth0 address 02:00:00:00:00:99")]
    [InlineData("link add link eth0 name upper type macvlan")]
    [InlineData("link property add dev eth0 altname other")]
    [InlineData("ethtool -K eth0 gso off")]
    [InlineData("host: link set PEER mtu 1300")]
    [InlineData("host: link set PEER promisc on")]
    [InlineData("host: tc qdisc add dev PEER clsact")]
    public async Task A_changed_one_is_removed_and_replaced(string change)
    {
        Assert.SkipUnless(!change.StartsWith("ethtool", StringComparison.Ordinal) || Tool.Exists("ethtool"), "needs ethtool");
        await CreateAsync(Reserved, warm: 2, reuse: true);
        await ReadyAsync(2);
        var id = (string)(await WarmAsync())[0]!["id"]!;

        await RunAsync("e1", Reserved, () =>
        {
            var words = change.Replace("host: ", "").Replace("PEER", $"w{id[..10]}").Split(' ');
            var tool = words[0] is "tc" or "ethtool" ? words[0] : "ip";
            string[] arguments = words[0] is "tc" or "ethtool" ? words[1..] : words;
            if (change.StartsWith("host: ", StringComparison.Ordinal))
                Tool.Run(tool, arguments);
            else
                Tool.Run("nsenter", [$"--net={_sandbox}", tool, .. arguments]);
        });

        await Networks.RunsAsync("DEL chain");
        await ReadyAsync(2);
        (await WarmAsync()).Select(warm => (string)warm!["id"]!).Should().NotContain(id);
    }

    [Fact]
    public async Task Neighbours_multicast_addresses_and_queueing_disciplines_of_a_container_end_with_its_leave()
    {
        await CreateAsync(Reserved, warm: 2, reuse: true);
        await ReadyAsync(2);
        var link = (string)(await WarmAsync())[0]!["hostInterfaceName"]!;

        await RunAsync("e1", Reserved, () =>
        {
            Tool.Ip(_sandbox, "neigh add 10.77.9.9 lladdr 02:00:00:00:00:01 dev eth0");
            Tool.Ip(_sandbox, "maddr add 33:33:00:00:00:09 dev eth0");
            Tool.Run("nsenter", [$"--net={_sandbox}", "tc", .. "qdisc add dev eth0 root tbf rate 1mbit burst 10k latency 10ms".Split(' ')]);
            Tool.Run("nsenter", [$"--net={_sandbox}", "tc", .. "qdisc add dev eth0 clsact".Split(' ')]);
        });

        await ReadyAsync(2);
        Networks.Runs.Should().NotContain("DEL chain");
        Ip("neigh", "show", "dev", link).Should().BeEmpty();
        Ip("maddr", "show", "dev", link).Should().NotContain("33:33:00:00:00:09");
        Tool.Run("tc", "qdisc", "show", "dev", link).Should().NotContain("tbf").And.NotContain("clsact");
    }

    [Fact]
    public async Task One_that_would_be_too_many_is_removed()
    {
        await CreateAsync(Reserved, warm: 1, reuse: true);
        await ReadyAsync(1);
        var first = await StartReservedAsync("e1");
        await JoinAsync("e1", Reserved, _sandbox);
        await ReadyAsync(1);

        await EndAsync("e1", Reserved, first);

        await Networks.RunsAsync("DEL chain");
        await Networks.RunsAsync("DEL reserve");
        (await StatesAsync()).Should().Equal("ready");
    }

    [Fact]
    public async Task Docker_repeats_DeleteEndpoint_and_the_waiting_attachment_stays()
    {
        await CreateAsync(Reserved, warm: 2, reuse: true);
        await ReadyAsync(2);
        var address = await RunAsync("e1", Reserved, release: false);

        (await Docker.EndpointAsync("DeleteEndpoint", "e1", Reserved)).Should().Be("{}");
        (await StatesAsync()).Should().Equal("ready", "resting"); // Docker has not released the address.
        await Docker.ReleaseAddressAsync(address.Split('/')[0]);

        await ReadyAsync(2);
        Networks.Runs.Should().NotContain("DEL chain");
    }

    // A whole container: Docker moves the link to the sandbox, configures it, and moves it back.
    private async Task<string> RunAsync(string endpoint, string network, Action? inside = null, bool release = true)
    {
        var address = network == Reserved ? await StartReservedAsync(endpoint) : null;
        if (address is null)
            (await CreateEndpointAsync(endpoint, network)).Should().StartWith("{\"Interface\":");

        var link = await JoinAsync(endpoint, network, _sandbox);
        link.Should().StartWith("cni");
        Ip("link", "set", link, "netns", _sandbox, "name", "eth0");
        Tool.Ip(_sandbox, $"address add {address ?? "10.78.9.9/16"} dev eth0");
        Tool.Ip(_sandbox, "link set eth0 up");
        inside?.Invoke();
        await Docker.EndpointAsync("Leave", endpoint, network);
        Tool.Ip(_sandbox, "link set eth0 down");
        Tool.Ip(_sandbox, $"link set eth0 name {link}");
        Tool.Run("nsenter", [$"--net={_sandbox}", "ip", "link", "set", link, "netns", $"{Environment.ProcessId}"]);
        (await Docker.EndpointAsync("DeleteEndpoint", endpoint, network)).Should().Be("{}");
        if (release && address is not null)
            await Docker.ReleaseAddressAsync(address.Split('/')[0]);

        return address ?? "";
    }
}
