using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>
/// SPEC §3 about what a plugin reads from stdin: what only a runtime may say comes from the runtime, everything else from the plugin's
/// configuration.
/// </summary>
internal sealed class RequestPromises
{
    // Plugins that are written in Go match keys in any letter case; of several the last counts.
    public static readonly IReadOnlyList<string> OwnKeys = ["name", "cniVersion", "prevResult", "runtimeConfig"];

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private readonly CniResult _result =
        CniResult.Parse("""{"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1"}],"dns":{}}"""u8.ToArray(), "1.0.0");
    private readonly Attachment _attachment = new("c1", "/run/netns/c1", "eth0", capabilities: new JsonObject
    {
        ["mac"] = "c2:11:22:33:44:55",
        ["ips"] = new JsonArray("10.1.2.3/16"),
        ["portMappings"] = new JsonArray(new JsonObject { ["hostPort"] = 8080, ["containerPort"] = 80, ["protocol"] = "tcp" }),
    });

    public static bool IsReserved(string key) => key.StartsWith("cni.dev/", StringComparison.OrdinalIgnoreCase);

    public void Require(NetworkConfiguration network)
    {
        var result = SpecVersion.IsKnown(network.CniVersion) ? _result.ConvertTo(network.CniVersion) : null;
        foreach (var plugin in network.Plugins)
        {
            var request = RequestConfiguration.Derive(network, plugin, result, _attachment);
            RequireOwnFields(JsonElement.Parse(request, Deep), network, plugin, result);
            RequireForeignFields((JsonObject)JsonText.Parse(request)!, plugin);
        }
    }

    private static void RequireOwnFields(JsonElement request, NetworkConfiguration network, PluginConfiguration plugin, CniResult? result)
    {
        var keys = request.EnumerateObject().Select(property => property.Name).ToList();
        Promise.That(keys.Distinct().Count() == keys.Count, "A plugin is told every field once.", $"{request}");
        foreach (var key in keys)
        {
            var last = keys.FindLast(other => other.Equals(key, StringComparison.OrdinalIgnoreCase))!;
            var isStranger = OwnKeys.Contains(key, StringComparer.OrdinalIgnoreCase) && !OwnKeys.Contains(last);
            Promise.That(!isStranger && !IsReserved(key), "What only a runtime may say does not come from a file.", $"\"{key}\"");
        }

        Promise.That(request.GetProperty("name").GetString() == network.Name, "A plugin is told the network's name.", $"{request}");
        Promise.That(
            request.GetProperty("cniVersion").GetString() == network.CniVersion, "A plugin is told the network's version.", $"{request}");
        var hasResult = request.TryGetProperty("prevResult", out var previous);
        Promise.That(
            hasResult
                ? result is not null && JsonElement.DeepEquals(previous, JsonElement.Parse(JsonText.Write(result.Json)))
                : result is null,
            "A plugin is told the previous result.",
            $"{request}");
        var given = request.TryGetProperty("runtimeConfig", out var runtime)
            ? runtime.EnumerateObject().Select(property => property.Name).ToList()
            : [];
        var wanted = new[] { "ips", "mac", "portMappings" }.Where(plugin.Capabilities.Contains);
        Promise.That(
            given.SequenceEqual(wanted), "A plugin is handed the capability arguments that it switched on.", $"{string.Join(", ", given)}");
    }

    private static void RequireForeignFields(JsonObject request, PluginConfiguration plugin)
    {
        foreach (var (key, value) in plugin.Text)
        {
            var isForeign = !IsReserved(key) && !OwnKeys.Contains(key, StringComparer.OrdinalIgnoreCase);
            Promise.That(
                !isForeign || (request.TryGetPropertyValue(key, out var told) && Text(told) == Text(value)),
                "A plugin is told its own fields as they are, whole numbers as such.",
                $"\"{key}\"");
        }
    }

    private static string Text(JsonNode? value) => Encoding.UTF8.GetString(GoJson.Write(new JsonObject { ["told"] = value?.DeepClone() }));
}
