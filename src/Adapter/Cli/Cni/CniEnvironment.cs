using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>The environment variables that cnitool reads. One that is empty counts as not set.</summary>
/// <param name="variables">Answers a variable's value; null when it is not set.</param>
internal sealed class CniEnvironment(Func<string, string?> variables)
{
    public string? InterfaceName => Value("CNI_IFNAME");

    public string? ContainerId => Value("CNI_CONTAINERID");

    /// <summary>NETCONFPATH, as an absolute path.</summary>
    public string? ConfigurationDirectory => Value("NETCONFPATH") is { } path ? Path.GetFullPath(path) : null;

    /// <summary>CNI_PATH, as absolute paths: plugins run in "/", and look for each other there.</summary>
    public IReadOnlyList<string>? PluginDirectories
    {
        get
        {
            string[]? directories = Value("CNI_PATH") is { } list
                ? [.. list.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath)]
                : null;
            return directories is []
                ? throw new MisuseException("CNI_PATH names no directory; write directories with ':' between them")
                : directories;
        }
    }

    /// <summary>A variable that the caller names; null when it is not set.</summary>
    public string? Named(string name) => variables(name);

    /// <summary>CNI_ARGS, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments()
    {
        var pairs = Value("CNI_ARGS")?.Split(';') ?? [];
        return [.. pairs.Select((pair, index) => Argument(pair) ?? throw new MisuseException(
            $"CNI_ARGS: \"{pair}\" (pair {index + 1} of {pairs.Length}) {Problem(pair)}. Write KEY=VALUE, with ';' only between two " +
            "pairs"))];
    }

    /// <summary>CAP_ARGS: capability arguments by capability.</summary>
    public JsonObject? Capabilities()
    {
        if (Value("CAP_ARGS") is not { } text)
            return null;

        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Null)
                return null;

            // Written once, since what is no Unicode or a number out of this world is only found then.
            var json = Node(document.RootElement);
            _ = json?.ToJsonString();
            return Checked(json as JsonObject
                ?? throw new MisuseException("CAP_ARGS is not a JSON object; write {\"CAPABILITY\": VALUE}, such as {\"portMappings\": " +
                    "[{\"hostPort\": 8080, \"containerPort\": 80, \"protocol\": \"tcp\"}]}"));
        }
        catch (JsonException invalid)
        {
            throw new MisuseException($"CAP_ARGS is not JSON: {JsonSyntaxError.Describe(invalid, Encoding.UTF8.GetBytes(text))}");
        }
        catch (InvalidOperationException)
        {
            throw new MisuseException("CAP_ARGS is not JSON: it holds what is no Unicode, or no number");
        }
    }

    // Of equal keys the last counts, as everywhere in CNI.
    private static JsonNode? Node(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var json = new JsonObject();
                foreach (var property in element.EnumerateObject())
                    json[property.Name] = Node(property.Value);

                return json;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Node)]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static JsonObject Checked(JsonObject capabilities)
    {
        foreach (var (name, _) in capabilities)
        {
            if (name.Length == 0)
                throw new MisuseException("CAP_ARGS: a capability has no name");
        }

        return capabilities;
    }

    // As strict as cnitool: plugins take the pairs apart by the same rules, and would refuse the rest later and with fewer words.
    private static KeyValuePair<string, string>? Argument(string pair) =>
        Problem(pair) is null ? KeyValuePair.Create(pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]) : null;

    private static string? Problem(string pair) => pair switch
    {
        "" => "is empty",
        _ when pair.Contains('\n') => "holds a newline",
        _ when !pair.Contains('=') => "has no '='",
        _ when pair.IndexOf('=') != pair.LastIndexOf('=') => "has more than one '='",
        _ when pair.StartsWith('=') => "has no key",
        _ when pair.EndsWith('=') => "has no value",
        _ => null,
    };

    private string? Value(string name) => variables(name) is { Length: > 0 } value ? value : null;
}
