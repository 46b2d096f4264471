using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class GarbageCommandTests : IDisposable
{
    private readonly CniHost _host =
        new CniHost().WithSandbox().WithNetwork("pods", "1.1.0", "first").WithNetwork("lan", "1.1.0", "first").WithPlugin("first");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Recorded_attachments_that_are_not_kept_are_deleted_and_listed()
    {
        await AddAsync("pods", "c1", "eth0");
        await AddAsync("pods", "c1", "net1");
        await AddAsync("pods", "c2", "eth0");
        await AddAsync("lan", "c3", "eth0");

        (await _host.RunAsync(["gc", "pods", "--keep", "c1/net1"], Cancellation)).Should().Be(0);

        _host.Json.ToJsonString().Should().Be(
            """{"deleted":[{"networkName":"pods","containerId":"c1","ifname":"eth0"}""" +
            """,{"networkName":"pods","containerId":"c2","ifname":"eth0"}]}""");
        Valid().Should().Equal("c1/net1");
        (await RememberedAsync()).Should().Equal("lan/c3/eth0", "pods/c1/net1");
    }

    [Fact]
    public async Task A_container_without_an_interface_keeps_all_that_it_has()
    {
        await AddAsync("pods", "c1", "eth0");
        await AddAsync("pods", "c1", "net1");

        (await _host.RunAsync(["gc", "pods", "--keep", "c1", "--keep", "someone-elses"], Cancellation)).Should().Be(0);

        _host.Json.ToJsonString().Should().Be("""{"deleted":[]}""");
        Valid().Should().Equal("c1/eth0", "c1/net1", "someone-elses/eth0");
    }

    [Fact]
    public async Task An_empty_keep_list_needs_force()
    {
        await AddAsync("pods", "c1", "eth0");

        (await _host.RunAsync(["gc", "pods"], Cancellation)).Should().Be(2);
        ((uint?)_host.Json["code"]).Should().Be(4);
        _host.Error.Should().Contain("--keep").And.Contain("--force");
        _host.Runs.Should().Equal("ADD first");

        (await _host.RunAsync(["gc", "pods", "--force"], Cancellation)).Should().Be(0);
        _host.Runs.Should().Equal("ADD first", "DEL first", "GC first");
        (await RememberedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_the_daemon_has_attached_or_reserved_stays()
    {
        Journal("ep1", "pods", "net5");
        Journal("ep2", "lan", null);
        _host.Journal.Reservations.Bring(new ReservationRecord("reserved1", "pods")
        {
            Phase = ReservationPhase.Reserved, BootId = "boot", Since = DateTimeOffset.UnixEpoch,
            Configuration = Records.Joined("x").Configuration,
        });

        (await _host.RunAsync(["gc", "pods", "--keep", "c1"], Cancellation)).Should().Be(0);

        Valid().Should().BeEquivalentTo("c1/eth0", "ep1/eth0", "ep1/net5", "reserved1/eth0");
    }

    [Fact]
    public async Task The_daemons_attachments_cannot_be_deleted_by_hand()
    {
        Journal("ep1", "pods", null);

        (await _host.RunAsync(["del", "pods", _host.Sandbox, "--container-id", "ep1"], Cancellation)).Should().Be(1);

        _host.Runs.Should().BeEmpty();
        _host.Error.Should().Contain("ep1");
    }

    [Theory]
    [InlineData("ep1.json", "{")]
    [InlineData("ep1.json", "null")]
    [InlineData("ep2.json", null)]
    [InlineData("ep1.json.unreadable", "{")]
    public async Task A_record_of_the_daemon_that_cannot_be_read_stops_the_collection_and_is_left_alone(string file, string? content)
    {
        Journal("ep1", "pods", null);
        var path = Path.Combine(_host.PresentRecords, "attachments", file);
        File.WriteAllText(path, content ?? File.ReadAllText(Path.Combine(_host.PresentRecords, "attachments", "ep1.json")));
        await AddAsync("pods", "c1", "eth0");

        (await _host.RunAsync(["gc", "pods", "--keep", "c2"], Cancellation)).Should().Be(1);

        ((uint?)_host.Json["code"]).Should().Be(6);
        _host.Error.Should().Contain(path);
        _host.Runs.Should().Equal("ADD first");
        File.Exists(path).Should().BeTrue();
    }

    [Theory]
    [InlineData("../x", "--keep ../x: container ID \"..\"")]
    [InlineData("c1/a/b", "--keep c1/a/b: interface name \"a/b\"")]
    [InlineData("/eth0", "--keep /eth0: container ID \"\"")]
    [InlineData("c1/", "--keep c1/: interface name \"\"")]
    public async Task An_argument_that_names_no_attachment_deletes_nothing(string word, string message)
    {
        await AddAsync("pods", "c1", "eth0");

        (await _host.RunAsync(["gc", "pods", "--keep", "c1", "--keep", word], Cancellation)).Should().Be(2);

        _host.Error.Should().Contain(message);
        _host.Runs.Should().Equal("ADD first");
    }

    private async Task AddAsync(string network, string containerId, string ifname) =>
        (await _host.RunAsync(["add", network, _host.Sandbox, "--container-id", containerId, "-i", ifname], Cancellation)).Should().Be(
            0, "{0}", _host.Error);

    private void Journal(string endpointId, string network, string? sandboxIfname)
    {
        var journal = _host.Journal;
        journal.Attachments.Load();
        journal.Attachments.Bring(Records.Joined(endpointId) with { CniNetwork = network, SandboxInterfaceName = sandboxIfname });
    }

    private IEnumerable<string> Valid() =>
        _host.Stdin("first", "GC")["cni.dev/valid-attachments"]!.AsArray().Select(id => $"{id!["containerID"]}/{id["ifname"]}");

    private async Task<IEnumerable<string>> RememberedAsync()
    {
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        return _host.Json["attachments"]!.AsArray().Select(
            attachment => $"{attachment!["networkName"]}/{attachment["containerId"]}/{attachment["ifname"]}");
    }
}
