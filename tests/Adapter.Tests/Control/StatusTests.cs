using System.Net.Sockets;
using System.Text.Json;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Control;

public sealed class StatusTests
{
    private const string Conflist = """
        { "cniVersion": "1.0.0", "name": "pods",
          "plugins": [ { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.88.0.0/16", "dataDir": "DATA" } } ] }
        """;

    [Fact]
    public async Task Status_answers_while_containerd_hangs_and_shows_the_entries_of_the_store()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it opens netlink sockets in network namespaces.");
        var data = Directory.CreateTempSubdirectory("networks-");
        var hanging = Path.Combine(data.FullName, "containerd.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(hanging));
        listener.Listen();
        await using var daemon = await ServingDaemon.StartAsync(settings =>
        {
            var journal = new Journal(settings.StateDirectory, settings.PresentRecords);
            journal.Load();
            journal.Networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
            return settings with { CriSocket = hanging };
        });
        daemon.WriteConflist("10-pods.conflist", Conflist.Replace("DATA", data.FullName, StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(data.CreateSubdirectory("pods").FullName, "10.88.0.7"), "p1\r\neth0", Cancellation);

        var (_, body) = await daemon.PostAsync("Bridge.Status", "");

        var status = JsonSerializer.Deserialize(body, ControlJson.Default.StatusResponse)!;
        status.PodRuntime.Should().Be(PodRuntimeState.Silent);
        var network = status.CniNetworks.Should().ContainSingle().Subject;
        network.Subnets.Should().Equal("10.88.0.0/16");
        network.Neighbours.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Name = (string?)null, ContainerId = "p1", Addresses = new[] { "10.88.0.7" } });
        data.Delete(recursive: true);
    }
}
