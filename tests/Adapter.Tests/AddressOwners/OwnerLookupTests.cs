using Bridge.Adapter.Tests.State;
using System.Net;
using System.Text.Json;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cri;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using CniInvoker;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.AddressOwners;

public sealed class OwnerLookupTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("holders-");
    private readonly FakeTimeProvider _time = new(); // Stands still, so that a slow machine is not taken for a silent runtime.
    private ScriptedPodRuntime _runtime = null!;
    private CriClients _clients = null!;
    private OwnerLookup _holders = null!;

    public async ValueTask InitializeAsync()
    {
        var configurations = _directory.CreateSubdirectory("net.d").FullName;
        Write("net.d/10-pods.conflist", Conflist("pods", "host-local", "10.88"));
        Write("net.d/20-far.conflist", Conflist("far", "whereabouts", "10.99"));
        var journal = new Journal(Path.Combine(_directory.FullName, "state"), Path.Combine(_directory.FullName, "records"));
        journal.Load();
        journal.Attachments.Bring(Attachment("e1", "web", "10.88.0.10"));
        journal.Attachments.Bring(Attachment("0123456789abcdef", null, "10.88.0.11"));
        journal.Attachments.Bring(Attachment("e3", "starting", null));
        journal.Attachments.Bring(Attachment("e4", "adopter", null) with { ContainerId = "r1", Reserved = ["10.88.0.15/16"] });
        journal.Reservations.Bring(Reservation("r1", "10.88.0.15/16", endpointId: "e4"));
        journal.Reservations.Bring(Reservation("r2", "10.88.0.16/16"));
        _runtime = await ScriptedPodRuntime.StartAsync();
        _runtime.Add("p1", "dns", "10.88.0.9");
        _runtime.Add("p2", "far", "10.99.0.9");
        _clients = new CriClients(_time);
        var pods = new PodRuntime(() => _runtime.SocketPath, _clients);
        _holders = new OwnerLookup(new JournalOwners(journal), new ConfigurationDirectory(configurations), new AddressStores(_time), pods);
        Write("networks/pods/10.88.0.9", "p1\r\neth0");
        Write("networks/pods/10.88.0.12", "e3\r\neth0");
        Write("networks/pods/10.88.0.13", "f00d\r\neth0");
        Write("networks/pods/10.88.0.14", "");
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _runtime.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("pods", "10.88.0.10", "container web")]
    [InlineData("pods", "10.88.0.11", "a container with endpoint 0123456789ab")]
    [InlineData("pods", "10.88.0.12", "container starting")]
    [InlineData("pods", "10.88.0.15", "container adopter")]
    [InlineData("pods", "10.88.0.16", "a container that is being started")]
    [InlineData("pods", "10.88.0.9", "pod default/dns")]
    [InlineData("pods", "10.88.0.13", "container id f00d of another runtime")]
    [InlineData("pods", "10.88.0.14", "an owner that the IPAM plugin does not name")]
    [InlineData("pods", "10.88.0.1", "the network's gateway")]
    [InlineData("pods", "10.88.0.99", null)]
    [InlineData("far", "10.99.0.9", "pod default/far")]
    [InlineData("far", "10.88.0.9", null)]
    [InlineData("far", "10.88.0.10", null)]
    [InlineData("gone", "10.88.0.9", null)]
    public async Task The_owner_of_an_address_is_named(string cniNetwork, string address, string? holder) =>
        (await DescribeAsync(cniNetwork, address)).Should().Be(holder);

    [Theory]
    [InlineData("10.88.0.12", "e3")]
    [InlineData("10.88.0.10", "e1")]
    [InlineData("10.88.0.16", "r2")]
    public async Task The_requester_is_not_named_as_the_owner(string address, string asker) =>
        (await DescribeAsync("pods", address, asker)).Should().BeNull();

    [Fact]
    public async Task Without_an_answer_of_the_container_runtime_the_owner_is_named_by_its_id()
    {
        _runtime.Silent.Add("p1");

        var asking = DescribeAsync("pods", "10.88.0.9");
        await _runtime.FellSilent;
        _time.Advance(TimeSpan.FromSeconds(1));

        (await asking).Should().Be("container id p1 of another runtime");
    }

    private Task<string?> DescribeAsync(string cniNetwork, string address, string? exceptContainerId = null) =>
        _holders.DescribeAsync(cniNetwork, IPAddress.Parse(address), exceptContainerId, Cancellation);

    private static AttachmentRecord Attachment(string endpointId, string? containerName, string? address) => Records.Joined(endpointId) with
    {
        ContainerName = containerName,
        Snapshot = address is null
            ? null
            : new LinkSnapshot("eth0", "02:00:00:00:00:01", 1500, "veth",
                7) { Addresses = [new LinkAddress(address, 16), new LinkAddress("fe80::1", 64)] },
    };

    private static ReservationRecord Reservation(string containerId, string address, string? endpointId = null) => new(containerId, "pods")
    {
        Phase = ReservationPhase.Reserved,
        BootId = "boot",
        Since = DateTimeOffset.UnixEpoch,
        Configuration = JsonDocument.Parse("{}").RootElement.Clone(),
        Addresses = [new ReservedAddress(address, IsClaimed: true)],
        EndpointId = endpointId,
    };

    private string Conflist(string name, string ipam, string net) => $$"""
        { "cniVersion": "1.0.0", "name": "{{name}}",
          "plugins": [ { "type": "bridge", "ipam": { "type": "{{ipam}}", "subnet": "{{net}}.0.0/16",
            "dataDir": {{JsonSerializer.Serialize(Path.Combine(_directory.FullName, "networks"))}} } } ] }
        """;

    private void Write(string file, string content)
    {
        var path = Path.Combine(_directory.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
