using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bridge.HostileRequests.Requests;

/// <summary>Requests in the form that Docker gives them, with contents that Docker would not.</summary>
internal sealed class Shapes(Random random)
{
    private static readonly string[] OfEndpoint =
        ["NetworkDriver.EndpointOperInfo", "NetworkDriver.Leave", "NetworkDriver.DeleteEndpoint",
            "NetworkDriver.RevokeExternalConnectivity", "NetworkDriver.ProgramExternalConnectivity"];

    private static readonly string[] Constant =
        ["Plugin.Activate", "NetworkDriver.GetCapabilities", "IpamDriver.GetCapabilities", "IpamDriver.GetDefaultAddressSpaces",
            "NetworkDriver.DiscoverNew", "NetworkDriver.DiscoverDelete"];

    public (string Method, JsonObject Body) Any() => random.Next(20) switch
    {
        < 5 => (random.Any(OfEndpoint), Endpoint()),
        < 11 => ("NetworkDriver.CreateEndpoint", CreateEndpoint()),
        < 14 => ("NetworkDriver.Join", Join()),
        14 => ("NetworkDriver.CreateNetwork", CreateNetwork()),
        15 => ("NetworkDriver.DeleteNetwork", new JsonObject { ["NetworkID"] = random.Any(Ids.Networks) }),
        16 => ("IpamDriver.RequestPool", Pool()),
        17 => ("IpamDriver.RequestAddress", Address()),
        18 => random.Next(2) == 0
            ? ("IpamDriver.ReleaseAddress", new JsonObject { ["PoolID"] = PoolId(), ["Address"] = random.Any(Nasty.Texts) })
            : ("IpamDriver.ReleasePool", new JsonObject { ["PoolID"] = PoolId() }),
        _ => (random.Any(Constant), []),
    };

    /// <summary>As <c>docker network create</c> asks for the networks of this run.</summary>
    public static JsonObject Network(string id) => new()
    {
        ["NetworkID"] = id,
        ["Options"] = new JsonObject
        {
            ["com.docker.network.generic"] = id == Ids.Direct
                ? new JsonObject { ["cni.network"] = "pods", ["cni.attach"] = "sandbox" }
                : new JsonObject { ["cni.network"] = "pods" },
        },
        ["IPv4Data"] =
            new JsonArray(
                new JsonObject { ["AddressSpace"] = id == Ids.Ahead ? "cni" : "null",
                    ["Pool"] = id == Ids.Ahead ? HostileHost.Subnet : "0.0.0.0/0" }),
    };

    private JsonObject Endpoint() => new()
    {
        ["NetworkID"] = random.Any(Ids.Networks),
        ["EndpointID"] = random.Any(Ids.CheapEndpoints),
        ["Options"] = random.Next(2) == 0 ? null : Options(),
    };

    private JsonObject CreateEndpoint() => new()
    {
        ["NetworkID"] = Ids.Direct,
        ["EndpointID"] = random.Any(Ids.CheapEndpoints),
        ["Interface"] = random.Next(3) switch
        {
            0 => null,
            1 => new JsonObject { ["Address"] = "", ["AddressIPv6"] = "", ["MacAddress"] = "" },
            _ => new JsonObject { ["Address"] = random.Any(Nasty.Texts), ["AddressIPv6"] = random.Any(Nasty.Texts),
                ["MacAddress"] = random.Any(Nasty.Texts) },
        },
        ["Options"] = Options(),
    };

    private JsonObject Join() => new()
    {
        ["NetworkID"] = Ids.Direct,
        ["EndpointID"] = random.Any(Ids.CheapEndpoints),
        ["SandboxKey"] = random.Any(Nasty.SandboxKeys),
        ["Options"] = Options(),
    };

    private JsonObject CreateNetwork()
    {
        var network = Network(random.Any(Ids.Networks));
        if (random.Next(2) == 0)
            network["Options"] = random.Next(2) == 0 ? Options() : new JsonObject { ["com.docker.network.generic"] = Options() };

        if (random.Next(4) == 0)
            network["IPv4Data"] =
                new JsonArray(
                    new JsonObject { ["AddressSpace"] = random.Any(["null", "cni", "LocalDefault"]), ["Pool"] = random.Any(Nasty.Texts),
                        ["Gateway"] = random.Any(Nasty.Texts) });

        return network;
    }

    private JsonObject Pool() => new()
    {
        ["AddressSpace"] = "cni",
        ["Pool"] = random.Any(Nasty.Texts),
        ["SubPool"] = random.Any(Nasty.Texts),
        ["Options"] = random.Next(2) == 0 ? null : new JsonObject { [random.Any(Nasty.OptionKeys)] = random.Any(Nasty.Texts) },
        ["V6"] = random.Next(2) == 0,
    };

    // None of these reserves anything (and reservations, which are given out one after the other, do not come as far as this address): the
    // gateway's is known, what has no MAC and an address is to be kept free, and other pools there are none.
    private JsonObject Address() => random.Next(2) == 0
        ? new() { ["PoolID"] = $"pods/{HostileHost.Subnet}", ["Address"] = random.Any(Nasty.Texts),
            ["Options"] = new JsonObject { ["RequestAddressType"] = "com.docker.network.gateway" } }
        : new() { ["PoolID"] = PoolId(), ["Address"] = "10.88.255.200",
            ["Options"] = new JsonObject { [random.Any(Nasty.OptionKeys)] = random.Any(Nasty.Texts) } };

    private string PoolId() => random.Next(2) == 0 ? random.Any(Nasty.Texts) : $"{random.Any(Nasty.Texts)}/{random.Any(Nasty.Texts)}";

    private JsonObject Options()
    {
        var options = new JsonObject();
        for (var count = random.Next(4); count >= 0; count--)
            options[random.Any(Nasty.OptionKeys)] = random.Next(3) > 0 ? random.Any(Nasty.Texts) : Value(random.Any(Nasty.Json));

        return options;
    }

    // Some of the texts are no JSON that a document could hold; those go in as texts.
    private static JsonNode? Value(string json)
    {
        try
        {
            var value = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            _ = value?.ToJsonString();
            return value;
        }
        catch (Exception meaningless) when (meaningless is JsonException or InvalidOperationException)
        {
            return json;
        }
    }
}
