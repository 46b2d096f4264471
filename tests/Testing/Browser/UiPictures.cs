using System.Globalization;
using System.Text.Json.Nodes;

namespace Bridge.Testing.Browser;

/// <summary>Events for <see cref="ScriptedUi"/>: one network with any number of members.</summary>
internal static class UiPictures
{
    public static JsonObject Whole(int sequence, params IEnumerable<JsonObject> members) => new()
    {
        ["sequence"] = sequence,
        ["time"] = "2026-11-30T12:00:00.000Z",
        ["host"] = "node-1",
        ["version"] = "0.1.0",
        ["daemon"] = new JsonObject { ["reachable"] = true, ["engineReachable"] = true, ["podRuntime"] = "answers" },
        ["verdict"] = "All is well.",
        ["problems"] = new JsonArray(),
        ["networks"] = new JsonArray(Network("pods")),
        ["members"] = new JsonArray([.. members]),
        ["pending"] = new JsonArray(),
        ["findings"] = new JsonArray(),
        ["configurationProblems"] = new JsonArray(),
    };

    public static JsonObject Change(int sequence, JsonObject set, params IEnumerable<string> removed) => new()
    {
        ["sequence"] = sequence,
        ["time"] = "2026-11-30T12:00:01.000Z",
        ["set"] = set,
        ["removed"] = new JsonArray([.. removed.Select(key => JsonValue.Create(key))]),
    };

    public static JsonObject Network(string name) => new()
    {
        ["name"] = name,
        ["subnets"] = new JsonArray("10.88.0.0/16"),
        ["plugins"] = new JsonArray("bridge", "portmap", "firewall"),
        ["link"] = new JsonObject
        {
            ["name"] = "cni-pods", ["kind"] = "bridge", ["state"] = "up", ["mtu"] = 1500, ["addresses"] = new JsonArray("10.88.0.1/16"),
        },
        ["dockerNetworks"] = new JsonArray(new JsonObject { ["id"] = "0123456789ab", ["name"] = name, ["ipamMode"] = "cni" }),
        ["isComplete"] = true,
    };

    /// <summary>Every third is a pod.</summary>
    public static JsonObject Member(int number, string? name = null, string state = "joined", string network = "pods")
    {
        var isPod = number % 3 == 2;
        return new JsonObject
        {
            ["key"] = KeyOf(number),
            ["network"] = network,
            ["kind"] = isPod ? "pod" : "container",
            ["runtime"] = isPod ? "cri" : "docker",
            ["name"] = name ?? (isPod ? $"default/pod-{number}" : $"container-{number}"),
            ["state"] = isPod && state == "joined" ? "running" : state,
            ["addresses"] = new JsonArray(string.Create(CultureInfo.InvariantCulture, $"10.88.{(number + 1) / 256}.{(number + 1) % 256}")),
            ["mac"] = "02:42:0a:58:00:02",
            ["interface"] = "eth0",
            ["link"] = LinkOf(number),
            ["mtu"] = 1500,
            ["ports"] = number % 5 == 1
                ? new JsonArray(new JsonObject { ["hostPort"] = 8080 + number, ["containerPort"] = 80, ["protocol"] = "tcp" })
                : [],
        };
    }

    public static string KeyOf(int number) => $"{(number % 3 == 2 ? 'c' : 'e')}:{number:x64}";

    public static string LinkOf(int number) => $"veth{number}";

    /// <summary>Every link has traffic, and as many connections as asked for are open.</summary>
    public static JsonObject Traffic(int members, int connections, Random random)
    {
        var links = new JsonObject();
        for (var number = 1; number <= members; number++)
            links[LinkOf(number)] = new JsonObject { ["received"] = random.Next(1_000_000), ["sent"] = random.Next(100_000) };

        return new JsonObject
        {
            ["time"] = "2026-11-30T12:00:01.000Z",
            ["links"] = links,
            ["connections"] = new JsonArray([.. Enumerable.Range(0, connections).Select(_ => Connection(random, members))]),
        };
    }

    private static JsonObject Connection(Random random, int members) => new()
    {
        ["from"] = KeyOf(random.Next(1, members + 1)),
        ["to"] = KeyOf(random.Next(1, members + 1)),
        ["protocol"] = "tcp",
        ["port"] = 80,
        ["isNew"] = false,
    };
}
