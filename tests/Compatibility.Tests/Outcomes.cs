using System.Xml.Linq;

namespace Bridge.Compatibility.Tests;

/// <summary>Results as xUnit writes them.</summary>
internal static class Outcomes
{
    public const string Ports = "Published ports: ranges";

    /// <summary>Results of an engine on which these tests ran.</summary>
    public static EngineResults On(string engine, params XElement[] tests) => EngineResults.Parse(Version.Parse(engine), new XElement("assemblies", tests));

    public static XElement Passed(params (string Name, string Value)[] traits) => Test("Pass", null, traits);

    /// <summary>The test told in what the feature falls short.</summary>
    public static XElement But(XElement test, string reasons)
    {
        test.Add(new XElement("attachments", new XElement("attachment", new XAttribute("name", TraitNames.ExceptionsTo(Ports)), new XCData(reasons))));
        return test;
    }

    public static XElement Failed(params (string Name, string Value)[] traits) => Test("Fail", null, traits);

    public static XElement Skipped(string reason, params (string Name, string Value)[] traits) => Test("Skip", reason, traits);

    public static (string Name, string Value) Feature(string name) => (TraitNames.Feature, name);

    public static (string Name, string Value) Refusal(string name, string reason) => (TraitNames.NotFor(name), reason);

    public static (string Name, string Value) Since(string engine) => (TraitNames.SinceOf(Ports), engine);

    public static (string Name, string Value) Plugin(string name) => (TraitNames.Plugin, name);

    public static (string Name, string Value) StandIn(string name) => (TraitNames.StandIn, name);

    private static XElement Test(string result, string? reason, (string Name, string Value)[] traits) => new(
        "test",
        new XAttribute("name", "A_test"),
        new XAttribute("result", result),
        new XElement("traits", traits.Select(trait => new XElement("trait", new XAttribute("name", trait.Name), new XAttribute("value", trait.Value)))),
        reason is null ? null : new XElement("reason", new XCData(reason)));
}
