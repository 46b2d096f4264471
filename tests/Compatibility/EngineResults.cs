using System.Xml.Linq;
using Bridge.TestResults;

namespace Bridge.Compatibility;

/// <summary>What the engine tests found on one engine.</summary>
/// <param name="Engine">Its version.</param>
/// <param name="Packages">Versions by package: what the results are results of.</param>
internal sealed record EngineResults(Version Engine, IReadOnlyList<TestOutcome> Tests, IReadOnlyDictionary<string, string> Packages)
{
    private const string FilePrefix = "engine-";

    /// <param name="directory">Of files <c>engine-VERSION.xml</c>, in xUnit's format.</param>
    /// <returns>Oldest engine first.</returns>
    /// <exception cref="InvalidDataException">A file is not what its name says.</exception>
    public static IReadOnlyList<EngineResults> ReadAll(string directory) =>
        !Directory.Exists(directory) ? [] : [.. Directory.GetFiles(directory, $"{FilePrefix}*.xml").Select(Read).OrderBy(results => results.Engine)];

    public static EngineResults Parse(Version engine, XElement results)
    {
        var packages = ResultFile.Attachments(results)["packages"]
            .Select(line => line.Split('\t'))
            .ToDictionary(parts => parts[0].Trim(), parts => parts[^1].Trim());
        return new EngineResults(engine, ResultFile.Tests(results), packages);
    }

    private static EngineResults Read(string file)
    {
        if (!Version.TryParse(Path.GetFileNameWithoutExtension(file)[FilePrefix.Length..], out var engine))
            throw new InvalidDataException($"{file} should be named for the engine's version, as in {FilePrefix}28.5.xml.");

        return Parse(engine, ResultFile.Load(file));
    }
}
