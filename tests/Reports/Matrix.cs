using System.Xml.Linq;

namespace Bridge.Reports;

/// <summary>What the engine tests found on one engine.</summary>
/// <param name="Packages">The versions of the packages that were tested, by name.</param>
internal sealed record EngineResults(Version Engine, IReadOnlyList<TestOutcome> Tests, IReadOnlyDictionary<string, string> Packages)
{
    private const string FilePrefix = "engine-";

    /// <param name="directory">Of files <c>engine-VERSION.xml</c>, in xUnit's format.</param>
    /// <returns>Oldest engine first.</returns>
    /// <exception cref="InvalidDataException">A file is not what its name says.</exception>
    public static IReadOnlyList<EngineResults> ReadAll(string directory) =>
        Directory.Exists(directory)
            ? [.. Directory.GetFiles(directory, $"{FilePrefix}*.xml").Select(Read).OrderBy(results => results.Engine)]
            : [];

    public static EngineResults Parse(Version engine, XElement results) => new(
        engine,
        TestOutcome.All(results),
        TestOutcome.AttachmentsOf(results)["packages"]
            .Select(line => line.Split('\t')).ToDictionary(parts => parts[0].Trim(), parts => parts[^1].Trim()));

    private static EngineResults Read(string file) =>
        Version.TryParse(Path.GetFileNameWithoutExtension(file)[FilePrefix.Length..], out var engine)
            ? Parse(engine, TestOutcome.Load(file))
            : throw new InvalidDataException($"{file} needs the engine's version in its name, as in {FilePrefix}28.5.xml.");
}

/// <summary>A feature or a plugin, and what the tests found on each engine.</summary>
/// <param name="Section">The feature's area, or <see cref="Matrix.PluginSection"/>.</param>
/// <param name="Cells">In the order of the engines.</param>
/// <param name="With">Of a feature: the plugins with which it works, and on which engines where it works on more.</param>
internal sealed record Row(string Section, string Name, IReadOnlyList<Cell> Cells, IReadOnlyList<string> With);

/// <summary>Features and plugins by engine, as the results of the tests have them.</summary>
internal sealed record Matrix(IReadOnlyList<Version> Engines, IReadOnlyList<Row> Features, IReadOnlyList<Row> Plugins)
{
    public const string PluginSection = "Plugins";

    private const string AreaEnd = ": ";

    /// <exception cref="InvalidDataException">A feature is not of the form <c>area: feature</c>.</exception>
    public static Matrix Of(IReadOnlyList<EngineResults> results)
    {
        var tests = results.SelectMany(engine => engine.Tests).ToList();
        return new Matrix(
            [.. results.Select(engine => engine.Engine)],
            [.. Names(tests.SelectMany(test => test.Features)).Select(feature => FeatureRow(feature, results))],
            [.. Names(tests.SelectMany(test => test.Plugins.Concat(test.StandIns))).Select(plugin => PluginRow(plugin, results))]);
    }

    private static IOrderedEnumerable<string> Names(IEnumerable<string> names) => names.Distinct().Order(StringComparer.Ordinal);

    private static Row FeatureRow(string feature, IReadOnlyList<EngineResults> results)
    {
        var end = feature.IndexOf(AreaEnd, StringComparison.Ordinal);
        if (end < 1 || feature.Contains('|', StringComparison.Ordinal))
            throw new InvalidDataException($"The feature \"{feature}\" must have the form \"area: feature\", without |.");

        var tests = results.Select(engine => engine.Tests.Where(test => test.IsAbout(feature, engine.Engine)).ToList()).ToList();
        IReadOnlyList<Cell> cells = [.. tests.Select(ofEngine => Cell.OfFeature(feature, ofEngine))];
        return new Row(feature[..end], feature[(end + AreaEnd.Length)..], cells, With(feature, results));
    }

    private static Row PluginRow(string plugin, IReadOnlyList<EngineResults> results) => new(
        PluginSection,
        plugin,
        [
            .. results.Select(engine => engine.Tests.Where(test => test.Plugins.Concat(test.StandIns).Contains(plugin)))
                .Select(tests => Cell.OfPlugin(plugin, [.. tests])),
        ],
        []);

    private static IReadOnlyList<string> With(string feature, IReadOnlyList<EngineResults> results)
    {
        var shown = (
            from engine in results
            from test in engine.Tests
            where test.End == TestEnd.Passed && test.IsAbout(feature, engine.Engine) && test.RefusalOf(feature) is null
            from plugin in test.Plugins.DefaultIfEmpty("")
            select (engine.Engine, Plugin: plugin)).Distinct().ToList();
        var everywhere = shown.Select(pair => pair.Engine).Distinct().Count();
        return
        [
            .. from pair in shown
               where pair.Plugin.Length > 0
               group pair.Engine by pair.Plugin into engines
               orderby engines.Key
               select engines.Count() == everywhere ? engines.Key : $"{engines.Key} (on {string.Join(", ", engines.Order())})",
        ];
    }
}
