using System.Xml.Linq;

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
        var packages = Attachments(results)["packages"]
            .Select(line => line.Split('\t'))
            .ToDictionary(parts => parts[0].Trim(), parts => parts[^1].Trim());
        return new EngineResults(engine, [.. results.Descendants("test").Select(ToOutcome).OfType<TestOutcome>()], packages);
    }

    private static EngineResults Read(string file)
    {
        if (!Version.TryParse(Path.GetFileNameWithoutExtension(file)[FilePrefix.Length..], out var engine))
        {
            throw new InvalidDataException($"{file} should be named for the engine's version, as in {FilePrefix}28.5.xml.");
        }

        try
        {
            return Parse(engine, XElement.Load(file));
        }
        catch (System.Xml.XmlException exception)
        {
            throw new InvalidDataException($"{file} was not written to its end: {exception.Message} Run these tests again.", exception);
        }
    }

    private static TestOutcome? ToOutcome(XElement test)
    {
        TestEnd? end = (string?)test.Attribute("result") switch
        {
            "Pass" => TestEnd.Passed,
            "Fail" => TestEnd.Failed,
            "Skip" => TestEnd.Skipped,
            _ => null,
        };
        var traits = test.Descendants("trait").ToLookup(trait => (string)trait.Attribute("name")!, trait => (string)trait.Attribute("value")!);
        return end is null
            ? null
            : new TestOutcome((string)test.Attribute("name")!, end.Value, test.Element("reason")?.Value.Trim() ?? "", traits, Attachments(test));
    }

    private static ILookup<string, string> Attachments(XElement element) => (
        from attachment in element.Descendants("attachment")
        from line in attachment.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        select (Name: (string)attachment.Attribute("name")!, Line: line)).ToLookup(pair => pair.Name, pair => pair.Line);
}
