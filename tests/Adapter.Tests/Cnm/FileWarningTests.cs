namespace Bridge.Adapter.Tests.Cnm;

/// <summary>What stands in a CNI network's file and no plugin is told.</summary>
public sealed class FileWarningTests : DaemonProcessTest
{
    private const string Ignored = "\"runtimeConfig\": {\"mac\": \"02:00:00:00:00:01\"}";

    [Fact]
    public async Task A_warning_is_logged_at_ADD_once_for_each_network_and_again_when_it_changes()
    {
        Daemon.WriteConflist(
            "now.conflist", $$"""{ "cniVersion": "1.0.0", "name": "now", "plugins": [ { "type": "chain", {{Ignored}} } ] }""");
        Daemon.WriteConflist(
            "ahead.conflist",
            $$"""{ "cniVersion": "1.0.0", "name": "ahead", "plugins": [ { "type": "chain", {{Ignored}}, "ipam": { "type": "reserve",""" +
            $$""" "subnet": "10.77.0.0/16" } } ] }""");

        await Docker.CreateEndpointAsync("e1");
        await Docker.CreateEndpointAsync("e2");
        await Docker.PrepareAsync("e3");
        await Docker.PrepareAsync("e4");
        Daemon.Terminate();
        await Daemon.EndAsync();

        Warnings("now.conflist").Should().ContainSingle().Which.Should().Contain("runtimeConfig");
        Warnings("ahead.conflist").Should().ContainSingle();
    }

    [Fact]
    public async Task A_file_without_anything_odd_is_not_mentioned()
    {
        await Docker.CreateEndpointAsync("e1");

        Warnings("now.conflist").Should().BeEmpty();
    }

    private string[] Warnings(string file) =>
        [.. Daemon.Log.Split('\n').Where(line => line.Contains($"/{file}: ", StringComparison.Ordinal))];
}
