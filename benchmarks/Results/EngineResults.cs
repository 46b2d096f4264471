using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Benchmarks.Results;

/// <summary>The newest results of every section on one engine: a file beside the program that measures.</summary>
internal sealed record EngineResults(string Engine, IReadOnlyList<SectionResult> Sections)
{
    private static string Folder(string root) => Path.Combine(root, "benchmarks", "results");

    private static string FileOf(string root, string engine) => Path.Combine(Folder(root), $"{engine}.json");

    /// <summary>Of all engines, the oldest first.</summary>
    public static IReadOnlyList<EngineResults> All(string root) => Directory.Exists(Folder(root))
        ? [.. Directory.GetFiles(Folder(root), "*.json")
            .Select(Path.GetFileNameWithoutExtension).OfType<string>().OrderBy(Version.Parse)
            .Select(engine => Load(root, engine))]
        : [];

    public static EngineResults Load(string root, string engine) => File.Exists(FileOf(root, engine))
        ? JsonSerializer.Deserialize(File.ReadAllText(FileOf(root, engine)), ResultsJson.Default.EngineResults)!
        : new EngineResults(engine, []);

    public void Save(string root)
    {
        Directory.CreateDirectory(Folder(root));
        File.WriteAllText(FileOf(root, Engine), JsonSerializer.Serialize(this, ResultsJson.Default.EngineResults) + "\n");
    }

    /// <summary>With a section that was measured anew.</summary>
    public EngineResults With(SectionResult section, IReadOnlyList<string> order) => this with
    {
        Sections = [.. Sections.Where(each => each.Name != section.Name).Append(section).OrderBy(each => order.IndexOf(each.Name))],
    };
}

file static class Ordering
{
    public static int IndexOf(this IReadOnlyList<string> names, string name) => names.ToList().IndexOf(name);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EngineResults))]
internal sealed partial class ResultsJson : JsonSerializerContext;
