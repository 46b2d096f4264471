using System.Runtime.CompilerServices;
using System.Text.Json;
using Json.Schema;

namespace Bridge.Testing;

/// <summary>The JSON Schemas of docs/reference/json, for what commands print.</summary>
internal static class JsonSchemas
{
    public const string Folder = "docs/reference/json";

    /// <param name="name">The schema's file, without its ending.</param>
    /// <param name="json">One object.</param>
    public static void Require(string name, string json) => Fits(name, json).Should().BeTrue("{0} fits {1}", json, FileOf(name));

    public static bool Fits(string name, string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSchema.FromText(File.ReadAllText(PathOf(FileOf(name)))).Evaluate(document.RootElement).IsValid;
    }

    public static string FileOf(string name) => $"{Folder}/{name}.schema.json";

    private static string PathOf(string file, [CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(thisFile, "../../../..", file));
}
