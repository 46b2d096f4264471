using System.Xml;
using System.Xml.Linq;

namespace Bridge.TestResults;

/// <summary>Results as xUnit writes them (<c>-result-xml</c>).</summary>
internal static class ResultFile
{
    /// <exception cref="InvalidDataException">The file was not written to its end.</exception>
    public static XElement Load(string file)
    {
        try
        {
            return XElement.Load(file);
        }
        catch (XmlException exception)
        {
            throw new InvalidDataException($"{file} was not written to its end: {exception.Message} Run these tests again.", exception);
        }
    }

    /// <returns>Those that ended; not those that an aborted run left unrun.</returns>
    public static IReadOnlyList<TestOutcome> Tests(XElement results) => [.. results.Descendants("test").Select(ToOutcome).OfType<TestOutcome>()];

    /// <returns>What was attached to the element or to anything in it, by name and line.</returns>
    public static ILookup<string, string> Attachments(XElement element) => (
        from attachment in element.Descendants("attachment")
        from line in attachment.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        select (Name: (string)attachment.Attribute("name")!, Line: line)).ToLookup(pair => pair.Name, pair => pair.Line);

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
            : new TestOutcome(
                (string?)test.Attribute("type") ?? "",
                (string?)test.Attribute("method") ?? "",
                (string?)test.Attribute("source-file") ?? "",
                (string)test.Attribute("name")!,
                end.Value,
                test.Element("reason")?.Value.Trim() ?? "",
                traits,
                Attachments(test));
    }
}
