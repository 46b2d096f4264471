using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Documentation;

/// <summary>The dashboard, the alerts and the documents name the metrics that the daemon exports, and the spans that it makes.</summary>
public sealed partial class MonitoringTests
{
    private const string Dashboard = "samples/monitoring/dashboard.json";

    private static string Text(string file) => string.Join('\n', SourceTree.Lines(file));

    [Fact]
    public async Task Every_metric_that_is_used_is_exported_and_every_one_that_is_exported_is_documented()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        await using var daemon = await ServingDaemon.StartAsync();

        var exported = Exported().Matches(await daemon.GetAsync("metrics")).Select(match => match.Groups[1].Value).ToArray();

        exported.Should().HaveCountGreaterThan(15);
        foreach (var file in new[] { Dashboard, "samples/monitoring/alerts.yml", "docs/telemetry.md" })
        {
            Metric().Matches(Text(file)).Select(match => match.Groups[1].Value).Except([.. exported, "cnm_cni_finding"])
                .Should().BeEmpty(file);
        }

        exported.Except(Metric().Matches(Text("docs/telemetry.md")).Select(match => match.Groups[1].Value)).Should().BeEmpty();
    }

    [Fact]
    public void The_dashboard_names_no_data_source_of_its_own_and_its_panels_neither_overlap_nor_share_an_id()
    {
        using var dashboard = JsonDocument.Parse(Text(Dashboard));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToArray();

        Regex.Matches(Text(Dashboard), "\"uid\": \"(.*)\"").Select(match => match.Groups[1].Value).Distinct()
            .Should().BeEquivalentTo("${datasource}", "cnm-cni");
        panels.Select(panel => panel.GetProperty("id").GetInt32()).Should().OnlyHaveUniqueItems();
        panels.SelectMany(Cells).Should().OnlyHaveUniqueItems();
        foreach (var panel in panels)
        {
            panel.GetProperty("type").GetString().Should().BeOneOf("stat", "timeseries");
            panel.GetProperty("description").GetString().Should().NotBeEmpty();
            panel.GetProperty("targets").EnumerateArray().Should().NotBeEmpty()
                .And.OnlyContain(target => target.GetProperty("expr").GetString()!.Contains("cnm_cni_"));
        }
    }

    [Fact]
    public void The_alerts_are_in_the_table_of_the_readme()
    {
        var alerts = Regex.Matches(Text("samples/monitoring/alerts.yml"), "alert: (\\w+)").Select(match => match.Groups[1].Value);

        Regex.Matches(Text("samples/monitoring/README.md"), "\\| `(CnmCni\\w+)` \\|").Select(match => match.Groups[1].Value)
            .Should().Equal(alerts);
    }

    [Fact]
    public void Every_attribute_and_every_name_of_a_span_is_documented()
    {
        var document = Text("docs/telemetry.md");
        var source = string.Join('\n', SourceTree.Files("src").SelectMany(file => file.Lines));
        var attributes = Regex.Matches(Text("src/Adapter/Telemetry/Span.cs"), "const string \\w+ = \"([^\"]+)\"")
            .Select(match => match.Groups[1].Value).ToArray();
        var names = Regex.Matches(source, "traces\\.Begin(?:Background)?\\(\\s*\"([^\"]+)\"").Select(match => match.Groups[1].Value)
            .Distinct().ToArray();

        attributes.Should().HaveCountGreaterThan(10);
        attributes.Where(name => !document.Contains($"`{name}`", StringComparison.Ordinal)).Should().BeEmpty();
        names.Should().HaveCountGreaterThan(4);
        names.Where(name => !document.Contains($"| `{name}` |", StringComparison.Ordinal)).Should().BeEmpty();
        Regex.Matches(document, "`(c[a-z_]+\\.[a-z.]+)`").Select(match => match.Groups[1].Value).Where(name => !name.EndsWith(".md"))
            .Except(attributes).Should().BeEmpty();
    }

    private static IEnumerable<(int X, int Y)> Cells(JsonElement panel)
    {
        var grid = panel.GetProperty("gridPos");
        int Of(string name) => grid.GetProperty(name).GetInt32();
        (Of("x") + Of("w")).Should().BeLessThanOrEqualTo(24);
        return from x in Enumerable.Range(Of("x"), Of("w")) from y in Enumerable.Range(Of("y"), Of("h")) select (x, y);
    }

    [GeneratedRegex("^# TYPE (\\w+) ", RegexOptions.Multiline)]
    private static partial Regex Exported();

    [GeneratedRegex("\\b(cnm_cni_[a-z_]+?)(?:_bucket|_sum|_count)?(?![a-z_])")]
    private static partial Regex Metric();
}
