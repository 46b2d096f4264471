using CniInvoker.Tests;

namespace Adapter.Tests.Cnm;

/// <summary>What a plugin or its configuration can turn into between ADD and DEL, or in the middle of an answer.</summary>
public sealed class ChangedPluginTests : IAsyncLifetime
{
    private readonly ScriptedNetworks _networks = new();
    private DaemonProcess _daemon = null!; // Set before each test; stays null where the test is skipped.
    private DockerCalls _docker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        _daemon = new DaemonProcess($"pluginDirectories: [{_networks.Plugins}]");
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        await _daemon.StartAsync();
        _docker = new DockerCalls(_daemon.PostAsync);
        await _docker.CreateNetworksAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _networks.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ not JSON")]
    [InlineData("""{ "cniVersion": "1.0.0", "name": "now", "plugins": [ { "type": "reserve" } ] }""")]
    [InlineData("""{ "cniVersion": "1.0.0", "name": "other", "plugins": [ { "type": "chain" } ] }""")]
    public async Task A_conflist_that_is_changed_after_ADD_changes_nothing_about_DEL(string content)
    {
        (await _docker.CreateEndpointAsync("e1")).Should().StartWith("{\"Interface\":");
        _daemon.WriteConflist("now.conflist", content);

        (await _docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Be("{}");

        _networks.Runs.Should().Equal("ADD chain", "DEL chain");
        _networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task A_plugin_that_is_replaced_after_ADD_is_the_one_that_runs_for_DEL()
    {
        await _docker.CreateEndpointAsync("e1");
        _networks.WriteChain(delete: "echo 'new DEL' >> " + _networks.Plugins + "/../runs");

        (await _docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Be("{}");

        _networks.Runs.Should().Equal("ADD chain", "DEL chain", "new DEL");
        _networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task A_plugin_that_is_gone_for_a_while_is_waited_for()
    {
        await _docker.CreateEndpointAsync("e1");
        File.Move($"{_networks.Plugins}/chain", $"{_networks.Plugins}/elsewhere");
        (await _docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain("chain");

        File.Move($"{_networks.Plugins}/elsewhere", $"{_networks.Plugins}/chain");

        await _networks.UndoneAsync(); // By repair, at its own intervals.
        await Eventually.TrueAsync(() => Directory.GetFiles(Path.Combine(_daemon.StateDirectory, "attachments")).Length == 0, "the record is gone");
    }

    [Fact]
    public async Task A_result_of_100_MB_is_refused_without_being_held_in_memory()
    {
        await _docker.CreateEndpointAsync("e1");
        await _docker.EndpointAsync("DeleteEndpoint", "e1");
        var before = _daemon.LargestResidentSet;
        _networks.WriteChain(add: "head -c 100000000 /dev/zero");

        (await _docker.CreateEndpointAsync("e2")).Should().StartWith("{\"Err\":").And.Contain("wrote more than 1048576 bytes to stdout");

        (_daemon.LargestResidentSet - before).Should().BeLessThan(80_000_000);
        _networks.Store.Should().BeEmpty();
        Directory.GetFiles(Path.Combine(_daemon.StateDirectory, "attachments")).Should().BeEmpty();
    }
}
