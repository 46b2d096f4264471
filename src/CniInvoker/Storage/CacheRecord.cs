using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// One attachment in the format of libcni's cache (<c>cniCacheV1</c>), which its tools and older runtimes can read.
/// <code>
/// kind            "cniCacheV1"
/// containerId     CNI_CONTAINERID
/// ifName          CNI_IFNAME
/// networkName     the network's name
/// netns           CNI_NETNS
/// config          the whole list of plugins, as base64 of its JSON; in what others wrote without the plugins that have files of their own
/// cniArgs         CNI_ARGS, a list of [key, value]
/// capabilityArgs  all capability arguments, whether a plugin takes them or not
/// result          the final result of ADD; the last one so far while "isComplete" is false; absent before the first
/// cniInvoker      { "isComplete": whether ADD has succeeded }: absent in what others wrote, who write only then
/// </code>
/// Files of libcni before 0.7 hold the result alone.
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
            ["cniArgs"] = new JsonArray([.. attachment.SaidArguments.Select(said => new JsonArray(said.Key, said.Value))]),
            ["capabilityArgs"] = attachment.Capabilities,
            [OwnKey] = new JsonObject { [CompleteKey] = stored.IsComplete },
        };
        if (stored.Result is { } result)
            json["result"] = result.Json;

        return JsonText.Write(json);
    }

    /// <param name="utf8Json">The file.</param>
    /// <param name="source">Its path, for messages.</param>
    /// <param name="asked">Whose record this is thought to be, for a file that does not say it; null when nobody in particular was asked for.</param>
    /// <returns>Null for a file that does not say whose it is, when nobody in particular was asked for.</returns>
    /// <exception cref="CniException">Code 6: it is no such record.</exception>
    public static StoredAttachment? Read(ReadOnlyMemory<byte> utf8Json, string source, AttachmentId? asked)
    {
        try
        {
            var json = JsonText.Parse(utf8Json.Span) as JsonObject ?? throw new CniException(CniErrorCode.DecodingFailure, "it holds no JSON object");
            return ResultField.Text(json, "kind") switch
            {
                Kind => Read(json, source),
                null when json.ContainsKey("cniVersion") => asked is { } id ? ReadResultAlone(json, id) : null,
                var kind => throw new CniException(CniErrorCode.DecodingFailure, $"its kind is {(kind is null ? "missing" : $"\"{kind}\"")}, not \"{Kind}\""),
            };
        }
        catch (Exception broken) when (broken is JsonException or FormatException or CniException or CniConfigurationException)
        {
            var reason = broken is JsonException invalid ? JsonSyntaxError.Describe(invalid, utf8Json.Span) : broken is FormatException ? "its config is no base64" : (broken as CniException)?.Msg ?? broken.Message.TrimEnd('.');
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
            : new ConfigurationReader(new ConfigurationText(config, configSource)).ReadRemembered();
        if (network.Name != networkName)
            throw new CniException(CniErrorCode.DecodingFailure, $"its networkName is \"{networkName}\", but the configuration in it is of \"{network.Name}\"");

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
            IsComplete = json[OwnKey] is not JsonObject own || own[CompleteKey] is not JsonValue value || !value.TryGetValue(out bool isComplete) || isComplete,
        };
    }

    private static StoredAttachment ReadResultAlone(JsonObject json, AttachmentId asked) => new()
    {
        NetworkName = asked.NetworkName,
        Network = null,
        Attachment = new Attachment(asked.ContainerId, "", asked.InterfaceName),
        Result = CniResult.FromJson(json, SpecVersion.Known[0]),
        IsComplete = true,
    };

    private static IEnumerable<KeyValuePair<string, string>> ReadArguments(JsonNode? json) => (json as JsonArray ?? []).Select(item =>
        item is JsonArray { Count: 2 } pair && pair[0] is JsonValue key && key.TryGetValue(out string? name) && pair[1] is JsonValue value && value.TryGetValue(out string? text)
            ? KeyValuePair.Create(name, text)
            : throw new CniException(CniErrorCode.DecodingFailure, "its cniArgs are no list of pairs"));

    private static string Required(JsonObject json, string key) =>
        ResultField.Text(json, key) ?? throw new CniException(CniErrorCode.DecodingFailure, $"its {key} is missing");
}
