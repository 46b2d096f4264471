using System.Xml.Linq;
using Bridge.TestResults;

namespace Bridge.Conformance.Tests;

/// <summary>Results as xUnit writes them, with the traits that the attributes make.</summary>
internal static class Outcomes
{
    public static IReadOnlyList<TestOutcome> Of(params XElement[] tests) => ResultFile.Tests(new XElement("assemblies", tests));

    public static XElement Passed(string method, params ShowsAttribute[] shows) => Test("Pass", method, shows);

    public static XElement Failed(string method, params ShowsAttribute[] shows) => Test("Fail", method, shows);

    public static XElement Skipped(string method, params ShowsAttribute[] shows) => Test("Skip", method, shows);

    private static XElement Test(string result, string method, ShowsAttribute[] shows) => new(
        "test",
        new XAttribute("name", method),
        new XAttribute("type", "Some.Tests"),
        new XAttribute("method", method),
        new XAttribute("source-file", "/wherever/tests/Some.Tests/SomeTests.cs"),
        new XAttribute("result", result),
        new XElement("traits", shows.SelectMany(attribute => attribute.GetTraits())
            .Select(trait => new XElement("trait", new XAttribute("name", trait.Key), new XAttribute("value", trait.Value)))));
}
