using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// One attachment in the format of libcni's cache (<c>cniCacheV1</c>, libcni/api.go cachedInfo), which libcni and its tools can read.
/// <code>
/// kind            "cniCacheV1"
/// containerId     CNI_CONTAINERID
/// ifName          CNI_IFNAME
/// networkName     the network's name
/// netns           CNI_NETNS
/// config          the list of plugins, as base64 of its JSON; records of other runtimes lack plugins from separate files
/// cniArgs         CNI_ARGS, a list of [key, value]
/// capabilityArgs  all capability arguments, whether a plugin uses them or not
/// result          the final result of ADD; the last one so far while "isComplete" is false; absent before the first
/// cniInvoker      { "isComplete": whether ADD has succeeded }; absent in records of other runtimes, which write after success only
/// </code>
/// Files of libcni before 0.7 contain the result alone.
/// </summary>
internal static class CacheRecord
{
    private const string Kind = "cniCacheV1";
    private const string OwnKey = "cniInvoker";
    private const string CompleteKey = "isComplete";

    public static byte[] Write(StoredAttachment stored)
    {
        var attachment = stored.Attachment;
        var json = new JsonObject
        {
            ["kind"] = Kind,
            ["containerId"] = attachment.ContainerId,
            ["config"] = stored.Network is { } network ? Convert.ToBase64String(network.ToUtf8Json().Span) : null,
            ["ifName"] = attachment.InterfaceName,
            ["networkName"] = stored.NetworkName,
            ["netns"] = attachment.NetworkNamespace,
            ["cniArgs"] = new JsonArray([.. attachment.PluginArguments.Select(argument => new JsonArray(argument.Key, argument.Value))]),
            ["capabilityArgs"] = attachment.Capabilities,
            [OwnKey] = new JsonObject { [CompleteKey] = stored.IsComplete },
        };
        if (stored.Result is { } result)
            json["result"] = result.Json;

        return JsonText.Write(json);
    }

    /// <param name="utf8Json">The file.</param>
    /// <param name="source">Its path, for messages.</param>
    /// <param name="expected">The attachment of a file that does not contain the names; null when unknown.</param>
    /// <returns>Null for a file without the names, when <paramref name="expected"/> is null.</returns>
    /// <exception cref="CniException">Code 6: the file is not a record.</exception>
    public static StoredAttachment? Read(ReadOnlyMemory<byte> utf8Json, string source, AttachmentId? expected)
    {
        try
        {
            var json = JsonText.Parse(utf8Json.Span) as JsonObject ?? throw Invalid("it is not a JSON object");
            return ResultField.Text(json, "kind") switch
            {
                Kind => Read(json, source),
                null when json.ContainsKey("cniVersion") => expected is { } id ? ReadResultAlone(json, id) : null,
                var kind => throw Invalid($"its kind is {(kind is null ? "missing" : $"\"{kind}\"")}, not \"{Kind}\""),
            };
        }
        catch (Exception broken) when (broken is JsonException or FormatException or CniException or CniConfigurationException)
        {
            var reason = broken switch
            {
                JsonException invalid => JsonSyntaxError.Describe(invalid, utf8Json.Span),
                FormatException => "its config is not base64",
                CniException failure => failure.Msg,
                _ => broken.Message.TrimEnd('.'),
            };
            throw new CniException(CniErrorCode.DecodingFailure, $"the record {source} cannot be read: {reason}", details: null, broken);
        }
    }

    private static StoredAttachment Read(JsonObject json, string source)
    {
        var networkName = Required(json, "networkName");
        var config = Convert.FromBase64String(Required(json, "config"));
        var configSource = $"the configuration in {source}";
        var network = json.ContainsKey(OwnKey)
            ? NetworkConfiguration.Parse(config, configSource)
            : new ConfigurationReader(new ConfigurationText(config, configSource)).ReadForeignRecord();
        if (network.Name != networkName)
            throw Invalid($"its networkName is \"{networkName}\", but its configuration names the network \"{network.Name}\"");

        return new StoredAttachment
        {
            NetworkName = networkName,
            Network = network,
            Attachment = new Attachment(
                Required(json, "containerId"),
                ResultField.Text(json, "netns") ?? "",
                Required(json, "ifName"),
                [.. ReadArguments(json["cniArgs"])],
                json["capabilityArgs"] as JsonObject),
            Result = json["result"] is JsonObject result ? CniResult.FromJson(result, network.CniVersion) : null,
            IsComplete = (json[OwnKey] as JsonObject)?[CompleteKey] is not JsonValue value
                || !value.TryGetValue(out bool isComplete)
                || isComplete,
        };
    }

    private static StoredAttachment ReadResultAlone(JsonObject json, AttachmentId id) => new()
    {
        NetworkName = id.NetworkName,
        Network = null,
        Attachment = new Attachment(id.ContainerId, "", id.InterfaceName),
        Result = CniResult.FromJson(json, SpecVersion.Known[0]),
        IsComplete = true,
    };

    private static IEnumerable<KeyValuePair<string, string>> ReadArguments(JsonNode? json) => (json as JsonArray ?? []).Select(item =>
        item is JsonArray { Count: 2 } pair
            && pair[0] is JsonValue key && key.TryGetValue(out string? name)
            && pair[1] is JsonValue value && value.TryGetValue(out string? text)
            ? KeyValuePair.Create(name, text)
            : throw Invalid("its cniArgs are not a list of pairs"));

    private static string Required(JsonObject json, string key) =>
        ResultField.Text(json, key) ?? throw Invalid($"its {key} is missing");

    private static CniException Invalid(string problem) => new(CniErrorCode.DecodingFailure, problem);
}
