namespace Bridge.Adapter.Tests.Cnm;

/// <summary>Plugins and configurations that change between ADD and DEL, and oversized answers.</summary>
public sealed class ChangedPluginTests() : DaemonProcessTest("release: {deferred: false}")
{
    [Theory]
    [InlineData("")]
    [InlineData("{ not JSON")]
    [InlineData("""{ "cniVersion": "1.0.0", "name": "now", "plugins": [ { "type": "reserve" } ] }""")]
    [InlineData("""{ "cniVersion": "1.0.0", "name": "other", "plugins": [ { "type": "chain" } ] }""")]
    public async Task A_conflist_that_is_changed_after_ADD_changes_nothing_about_DEL(string content)
    {
        (await Docker.CreateEndpointAsync("e1")).Should().StartWith("{\"Interface\":");
        Daemon.WriteConflist("now.conflist", content);

        (await Docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Be("{}");

        Networks.Runs.Should().Equal("ADD chain", "DEL chain");
        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task A_plugin_that_is_replaced_after_ADD_is_the_one_that_runs_for_DEL()
    {
        await Docker.CreateEndpointAsync("e1");
        Networks.WriteChain(delete: "echo 'new DEL' >> " + Networks.Plugins + "/../runs");

        (await Docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Be("{}");

        Networks.Runs.Should().Equal("ADD chain", "DEL chain", "new DEL");
        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task DEL_is_repeated_until_a_missing_plugin_is_back()
    {
        await Docker.CreateEndpointAsync("e1");
        File.Move($"{Networks.Plugins}/chain", $"{Networks.Plugins}/elsewhere");
        (await Docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain("chain");

        File.Move($"{Networks.Plugins}/elsewhere", $"{Networks.Plugins}/chain");

        await Networks.UndoneAsync(); // By repair, at its own intervals.
        await Eventually.TrueAsync(
            () => Directory.GetFiles(Daemon.RecordsOf("attachments")).Length == 0, "the record is gone");
    }

    [Fact]
    public async Task A_result_of_100_MB_is_refused_without_being_held_in_memory()
    {
        await Docker.CreateEndpointAsync("e1");
        await Docker.EndpointAsync("DeleteEndpoint", "e1");
        var before = Daemon.LargestResidentSet;
        Networks.WriteChain(add: "head -c 100000000 /dev/zero");

        (await Docker.CreateEndpointAsync("e2")).Should().StartWith("{\"Err\":").And.Contain("wrote more than 1048576 bytes to stdout");

        (Daemon.LargestResidentSet - before).Should().BeLessThan(80_000_000);
        Networks.Store.Should().BeEmpty();
        Directory.GetFiles(Daemon.RecordsOf("attachments")).Should().BeEmpty();
    }
}
