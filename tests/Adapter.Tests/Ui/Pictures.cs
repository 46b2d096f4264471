using System.Text.Json;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Traffic;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>Statuses as the daemon gives them.</summary>
internal static class Pictures
{
    /// <summary>Nobody is attached.</summary>
    public static StatusResponse Empty { get; } =
        new("0.1.0", EngineReachable: true, PodRuntimeState.Answers, [], [], [new("pods", ["10.88.0.0/16"], true, null, [])], [], [], []);

    /// <summary>Of each kind of member one; and one that is being attached.</summary>
    public static StatusResponse Everybody { get; } = Empty with
    {
        Networks =
        [
            new(
                "net1", "pods", "pods", "cni", ["bridge", "portmap"], null,
                new WarmStatus(1, [new("w1", "ready", ["10.88.0.9/16"], null)])),
        ],
        Endpoints = [Endpoint("e1", "web", "10.88.0.2"), Endpoint("e2", null, "10.88.0.3") with { State = "adding" }],
        CniNetworks =
        [
            new("pods", ["10.88.0.0/16"], false, "only the IPAM plugin knows",
            [
                new(AddressOwnerKind.Container, "web", "e1", "e1", ["10.88.0.2"]),
                new(AddressOwnerKind.Pod, "default/dns", "p1", null, ["10.88.0.4", "fd00::4"]),
                new(AddressOwnerKind.Reservation, null, "r1", null, ["10.88.0.5"]),
                new(AddressOwnerKind.Warm, null, "w1", null, ["10.88.0.9"]),
                new(AddressOwnerKind.Other, null, null, null, ["10.88.0.10"]),
            ]),
        ],
        PortOwners = [new(AddressOwnerKind.Pod, "default/dns", "p1", [new(null, 8081, 80, "tcp")])],
        Findings = [new("stolen-address", "x1", "What", "why", FindingState.Reported, "Do this.")],
        ConfigurationProblems = [new("/etc/cni/net.d/broken", "no JSON")],
    };

    public static HostView Nothing => new(HostLinks.None, new CachedResults("/nonexistent"), null);

    public static EndpointStatus Endpoint(string id, string? name, string address) => new(
        id, id, "net1", "pods", "pods", name, "joined", "eth0", "cni0123", "eth1", "/run/netns/x", [$"{address}/16"], "10.88.0.1",
        "02:42:0a:58:00:02", 1500, [new("127.0.0.1", 8080, 80, "tcp")], ["bridge", "portmap"],
        new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero), null, null);

    /// <summary>So many containers.</summary>
    public static StatusResponse Containers(int count) => Empty with
    {
        Endpoints = [.. Enumerable.Range(0, count).Select(one => Endpoint($"e{one}", $"c{one}", Address(one)))],
        CniNetworks =
        [
            Empty.CniNetworks[0] with
            {
                Neighbours =
                [
                    .. Enumerable.Range(0, count).Select(one =>
                        new AddressOwnerStatus(AddressOwnerKind.Container, $"c{one}", $"e{one}", $"e{one}", [Address(one)])),
                ],
            },
        ],
    };

    public static PictureContent Content(StatusResponse status) => new Composition().Of(status, Nothing);

    /// <summary>The JSON of an event.</summary>
    public static JsonElement Json(byte[] one)
    {
        var text = System.Text.Encoding.UTF8.GetString(one);
        text.Should().EndWith("\n\n").And.StartWith("event: ");
        return JsonDocument.Parse(text.TrimEnd().Split('\n')[1]["data: ".Length..]).RootElement;
    }

    private static string Address(int one) => $"10.88.{one / 250}.{(one % 250) + 2}";
}
