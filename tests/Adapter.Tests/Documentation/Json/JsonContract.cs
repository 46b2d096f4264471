using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Cli.Cni;
using Bridge.Adapter.Cli.History;
using Bridge.Adapter.Control;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.History;
using Bridge.Adapter.Reachability;

namespace Bridge.Adapter.Tests.Documentation.Json;

/// <summary>What commands print as JSON.</summary>
/// <param name="Name">The schema's file, without its ending.</param>
/// <param name="Command">The command line.</param>
/// <param name="Type">The C# contract.</param>
internal sealed record JsonContract(string Name, string Command, JsonTypeInfo Type)
{
    public static IReadOnlyList<JsonContract> All { get; } =
    [
        new("status", "cnm-cni status --json", ControlJson.Default.StatusResponse),
        new("networks", "cnm-cni networks --json", NetworksJson.Default.NetworksListing),
        new("doctor", "cnm-cni doctor --json", DiagnosisJson.Default.DiagnosisReport),
        new("inspect", "cnm-cni inspect --json", ControlJson.Default.InspectResponse),
        new("event", "cnm-cni events --json, each line", HistoryJson.Default.HistoryEvent),
        new("log", "cnm-cni log --json", StoryJson.Default.Story),
        new("check", "cnm-cni check --json", ControlJson.Default.CheckResponse),
        new("reload", "cnm-cni reload --json", ControlJson.Default.ReloadResponse),
        new("repair", "cnm-cni repair --json", ControlJson.Default.RepairResponse),
        new("repair-forget", "cnm-cni repair --forget ENDPOINT --json", ControlJson.Default.ForgetResponse),
        new("settle", "cnm-cni settle --json", ControlJson.Default.SettleResponse),
        new("test", "cnm-cni test --json", TrialJson.Default.TrialReport),
        new("cni-gc", "cnm-cni cni gc", CniJson.Indented.CollectedGarbage),
        new("cni-list", "cnm-cni cni list", CniJson.Indented.CniListing),
        new("cni-validate", "cnm-cni cni validate", CniJson.Indented.ValidationReport),
        new("cni-error", "cnm-cni cni, when it fails", CniJson.Indented.ErrorObject),
    ];

    /// <summary>The schema as a file, with what the docstrings say.</summary>
    public string Schema(Docstrings docstrings)
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => Described(context, schema, docstrings),
        };
        var root = Type.GetJsonSchemaAsNode(options).AsObject();
        var described = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = Command,
        };
        foreach (var (key, value) in root.ToArray())
        {
            root.Remove(key);
            described[key] = value;
        }

        return $"{CniJson.Text(described)}\n";
    }

    // What is null is not written.
    private static void AllowAbsence(JsonNode schema)
    {
        if (schema is JsonObject described && described["required"] is JsonArray required)
        {
            described["required"] = new JsonArray([.. required.Select(name => name!.GetValue<string>())
                .Where(name => described["properties"]![name]!["type"] is not JsonArray).Select(name => (JsonNode)name)]);
        }
    }

    private static JsonNode Described(JsonSchemaExporterContext context, JsonNode schema, Docstrings docstrings)
    {
        if (context.TypeInfo.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull)
            AllowAbsence(schema);

        var text = context.PropertyInfo is { } property
            ? docstrings.Of(property.DeclaringType.Name, property.Name)
            : docstrings.Of(context.TypeInfo.Type.Name);
        if (text is null || (context.PropertyInfo is null && !context.Path.IsEmpty))
            return schema;

        // "true": any JSON.
        var described = schema as JsonObject ?? [];
        described.Insert(0, "description", text);
        return described;
    }
}
