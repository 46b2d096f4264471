using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Ipam;

/// <summary>
/// The disk of the journal is full just when the plugin has given an address. Docker is never told of it, so it cannot release it.
/// </summary>
public sealed class UnwrittenReservationTests : IAsyncLifetime
{
    private const string Plugin = "/usr/lib/cni/host-local";
    private const string Request =
        """{"PoolID":"pods/10.66.0.0/24","Address":"","Options":{"com.docker.network.endpoint.macaddress":"02:42:00:00:00:01"}}""";

    private readonly string _directory = Directory.CreateTempSubdirectory("unwritten").FullName;
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Reserving needs root: an IPAM plugin is told a network namespace.");
        Assert.SkipUnless(File.Exists(Plugin), $"The host-local plugin is not in {Plugin}: apt-get install containernetworking-plugins.");
        _daemon = await ServingDaemon.StartAsync(settings => settings with { PluginDirectories = [_directory] });
        _daemon.WriteConflist("10-pods.conflist", $$"""
            { "cniVersion": "1.0.0", "name": "pods", "plugins": [
              { "type": "bridge", "ipam": { "type": "host-local", "dataDir": "{{_directory}}/store",
              "ranges": [[{ "subnet": "10.66.0.0/24" }]] } } ] }
            """);
        WritePlugin("bridge", "exit 0");
        // What stands in the way of the record's next writing stands for a full disk.
        WritePlugin("host-local", $$"""
            {{Plugin}} || exit
            [ $CNI_COMMAND = DEL ] || mkdir {{_daemon.Settings.PresentRecords}}/reservations/$CNI_CONTAINERID.json.new
            """);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_address_that_cannot_be_recorded_is_released_at_once()
    {
        var answer = JsonNode.Parse((await _daemon.PostAsync("IpamDriver.RequestAddress", Request)).Body)!;

        ((string)answer["Error"]!).Should().Contain(".json.new");
        Directory.GetFiles(Path.Combine(_directory, "store", "pods"), "10.66.*").Should().BeEmpty();
        Directory.GetFiles(Path.Combine(_daemon.Settings.PresentRecords, "reservations"), "*.json").Should().BeEmpty();
        Directory.GetFileSystemEntries(Path.Combine(_daemon.Settings.RunDirectory, "netns")).Should().BeEmpty();
    }

    private void WritePlugin(string name, string script)
    {
        File.WriteAllText(Path.Combine(_directory, name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(Path.Combine(_directory, name), (UnixFileMode)0b111_101_101);
    }
}
