using System.Xml.Linq;

namespace Bridge.Reports.Tests;

/// <summary>Results as xUnit writes them, with the traits that the attributes make.</summary>
internal static class Outcomes
{
    public const string Ports = "Published ports: ranges";

    public static XElement Results(params XElement[] tests) => new("assemblies", tests);

    public static IReadOnlyList<TestOutcome> Of(params XElement[] tests) => TestOutcome.All(Results(tests));

    /// <summary>Results of an engine on which these tests ran.</summary>
    public static EngineResults On(string engine, params XElement[] tests) => EngineResults.Parse(Version.Parse(engine), Results(tests));

    public static XElement Passed(params ReportAttribute[] traits) => Passed("A_test", traits);

    public static XElement Passed(string method, params ReportAttribute[] traits) => Test("Pass", method, traits);

    public static XElement Failed(params ReportAttribute[] traits) => Failed("A_test", "", traits);

    public static XElement Failed(string method, string message, params ReportAttribute[] traits) =>
        Test("Fail", method, traits, new XElement("failure", new XElement("message", new XCData(message))));

    public static XElement Skipped(string reason, params ReportAttribute[] traits) =>
        Test("Skip", "A_test", traits, new XElement("reason", new XCData(reason)));

    public static XElement SkippedTest(string method, params ReportAttribute[] traits) => Test("Skip", method, traits);

    /// <summary>The test attached in what the feature falls short.</summary>
    public static XElement But(XElement test, string reasons)
    {
        var attachment = new XElement("attachment", new XAttribute("name", ReportTraits.ExceptionsTo(Ports)), new XCData(reasons));
        test.Add(new XElement("attachments", attachment));
        return test;
    }

    private static XElement Test(string result, string method, ReportAttribute[] traits, params XElement[] more) => new(
        "test",
        new XAttribute("name", method),
        new XAttribute("method", method),
        new XAttribute("source-file", "/wherever/tests/Some.Tests/SomeTests.cs"),
        new XAttribute("result", result),
        new XElement("traits", traits.SelectMany(attribute => attribute.GetTraits())
            .Select(trait => new XElement("trait", new XAttribute("name", trait.Key), new XAttribute("value", trait.Value)))),
        more);
}
