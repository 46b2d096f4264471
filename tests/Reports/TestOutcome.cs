using System.Xml;
using System.Xml.Linq;

namespace Bridge.Reports;

/// <summary>How a test ended in one run.</summary>
internal enum TestEnd
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>One test of a run; of a theory, one row.</summary>
/// <param name="SourceFile">As the compiler saw the path; empty when unknown.</param>
/// <param name="SkipReason">Empty unless the test was skipped.</param>
/// <param name="Failure">The message; empty unless the test failed.</param>
/// <param name="Attachments">What the test attached to its result, by name and line.</param>
internal sealed record TestOutcome(
    string Name,
    string Method,
    string SourceFile,
    TestEnd End,
    string SkipReason,
    string Failure,
    ILookup<string, string> Traits,
    ILookup<string, string> Attachments)
{
    /// <summary>How a skip reason begins where the engine lacks the feature.</summary>
    public const string OfEngine = "engine: ";

    /// <summary>How a skip reason begins where the engine's plugins lack the feature.</summary>
    public const string OfPlugins = "plugin: ";

    public IEnumerable<string> Features => Traits[ReportTraits.Feature];

    public IEnumerable<string> Plugins => Traits[ReportTraits.Plugin];

    public IEnumerable<string> StandIns => Traits[ReportTraits.StandIn];

    public bool IsSkippedForKernel => SkipReason.Contains("kernel", StringComparison.OrdinalIgnoreCase);

    /// <returns>Whether on this engine the test is about the feature.</returns>
    public bool IsAbout(string feature, Version engine) =>
        Features.Contains(feature) && Traits[ReportTraits.SinceOf(feature)].All(since => engine >= Version.Parse(since));

    /// <returns>Why the feature is refused, which the test shows; null when it shows that the feature works.</returns>
    public string? RefusalOf(string feature) => Traits[ReportTraits.NotFor(feature)].FirstOrDefault();

    /// <returns>In what the feature falls short although the test passed.</returns>
    public IEnumerable<string> ExceptionsTo(string feature) => Attachments[ReportTraits.ExceptionsTo(feature)];

    /// <summary>Reads results as xUnit writes them (<c>-result-xml</c>).</summary>
    /// <exception cref="InvalidDataException">The file is incomplete.</exception>
    public static XElement Load(string file)
    {
        try
        {
            return XElement.Load(file);
        }
        catch (XmlException exception)
        {
            throw new InvalidDataException($"{file} is incomplete: {exception.Message} Run these tests again.", exception);
        }
    }

    /// <returns>The tests that ended; not those that an aborted run left unrun.</returns>
    public static IReadOnlyList<TestOutcome> All(XElement results) => [.. results.Descendants("test").Select(Read).OfType<TestOutcome>()];

    /// <returns>What was attached to the element or to anything in it, by name and line.</returns>
    public static ILookup<string, string> AttachmentsOf(XElement element) => (
        from attachment in element.Descendants("attachment")
        from line in attachment.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        select (Name: (string)attachment.Attribute("name")!, Line: line)).ToLookup(pair => pair.Name, pair => pair.Line);

    private static TestOutcome? Read(XElement test)
    {
        TestEnd? end = (string?)test.Attribute("result") switch
        {
            "Pass" => TestEnd.Passed,
            "Fail" => TestEnd.Failed,
            "Skip" => TestEnd.Skipped,
            _ => null,
        };
        return end is null ? null : new TestOutcome(
            (string)test.Attribute("name")!,
            (string?)test.Attribute("method") ?? "",
            (string?)test.Attribute("source-file") ?? "",
            end.Value,
            test.Element("reason")?.Value.Trim() ?? "",
            test.Element("failure")?.Element("message")?.Value.Trim() ?? "",
            test.Descendants("trait").ToLookup(trait => (string)trait.Attribute("name")!, trait => (string)trait.Attribute("value")!),
            AttachmentsOf(test));
    }
}
