using Bridge.TestResults;

namespace Bridge.Compatibility;

/// <summary>A feature or a plugin, and what is known of it on each engine.</summary>
/// <param name="Section">The feature's area, or <see cref="Matrix.PluginSection"/>.</param>
/// <param name="Cells">In the order of the engines.</param>
/// <param name="With">Of a feature: the plugins with which it was shown to work, each with the engines unless it was all on which the feature works.</param>
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
            throw new InvalidDataException($"The feature \"{feature}\" should be of the form \"area: feature\", without |.");

        var tests = results.Select(engine => engine.Tests.Where(test => test.IsAbout(feature, engine.Engine)).ToList()).ToList();
        IReadOnlyList<Cell> cells = [.. tests.Select(ofEngine => Cell.OfFeature(feature, ofEngine))];
        return new Row(feature[..end], feature[(end + AreaEnd.Length)..], cells, With(feature, results));
    }

    private static Row PluginRow(string plugin, IReadOnlyList<EngineResults> results) => new(
        PluginSection,
        plugin,
        [.. results.Select(engine => Cell.OfPlugin(plugin, [.. engine.Tests.Where(test => test.Plugins.Concat(test.StandIns).Contains(plugin))]))],
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
