using System.Xml.Linq;
using static Bridge.Reports.Tests.Outcomes;

namespace Bridge.Reports.Tests;

public sealed class MatrixTests
{
    private static readonly FeatureAttribute Ranges = new(Ports);
    private static readonly PluginAttribute Macvlan = new("macvlan");

    public static TheoryData<string, XElement[]> Features => new()
    {
        { "yes (2)", [Passed(Ranges), Passed(Ranges)] },
        { "no: ranges need Docker 28", [Skipped("engine: ranges need Docker 28", Ranges)] },
        { "no: these plugins are too old", [Skipped("plugin: these plugins are too old", Ranges)] },
        { "no (1): nobody listens", [Passed(Refused("nobody listens"))] },
        { "no (1): nobody listens; they need Docker 28",
            [Passed(Refused("nobody listens")), Skipped("engine: they need Docker 28", Ranges)] },
        { "yes (1): nobody listens", [Passed(Ranges), Passed(Refused("nobody listens"))] },
        { "yes (1): ranges need Docker 28", [Passed(Ranges), Skipped("engine: ranges need Docker 28", Ranges)] },
        { "yes (1)", [Passed(Ranges), Skipped("plugin: without this back end", Ranges)] },
        { "yes (1)", [Passed(Ranges), Skipped("the kernel has no macvlan", Ranges)] },
        { "not tested: the kernel has no macvlan", [Skipped("the kernel has no macvlan", Ranges)] },
        { "not tested", [Skipped("docker-compose is not in /var/cache", Ranges)] },
        { "not tested", [Passed(new FeatureAttribute("Published ports: other"))] },
        { "not tested", [Passed(new FeatureAttribute(Ports) { Since = "29.0" })] },
        { "yes (1)", [Passed(new FeatureAttribute(Ports) { Since = "28.5" })] },
        { "yes (1)", [Passed(Ranges), Skipped("engine: 28 does not refuse it", Refused("too late"))] },
        { "yes (2): not on Sundays; slowly", [But(Passed(Ranges), "slowly\nnot on Sundays"), But(Passed(Ranges), "slowly")] },
        { "**FAILED** (1)", [Passed(Ranges), Failed(Ranges)] },
        { $"yes (1): {Cell.StandInNote}", [Passed(Ranges, new PluginAttribute("vrf") { StandIn = true })] },
        { "yes (1)", [Passed(Ranges, new PluginAttribute("vrf") { StandIn = true }), Passed(Ranges)] },
    };

    public static TheoryData<string, XElement[]> Plugins => new()
    {
        { "yes (1)", [Passed(Ranges, Macvlan)] },
        { "yes (1)", [Passed(Ranges, Macvlan), Passed(Refused("nobody listens"), Macvlan), Skipped("engine: too old", Ranges, Macvlan)] },
        { "no (1): nobody listens", [Passed(Refused("nobody listens"), Macvlan)] },
        { "no: too old", [Skipped("engine: too old", Ranges, Macvlan)] },
        { $"yes (1): {Cell.StandInNote}", [Passed(Ranges, new PluginAttribute("macvlan") { StandIn = true })] },
        { "yes (1)", [Passed(Ranges, new PluginAttribute("macvlan") { StandIn = true }), Passed(Ranges, Macvlan)] },
        { "yes (1)", [Passed(Ranges, new PluginAttribute("vrf") { StandIn = true }, Macvlan)] },
        { "**FAILED** (1)", [Failed(Ranges, Macvlan)] },
    };

    [Theory]
    [MemberData(nameof(Features))]
    public void A_feature_s_cell_says_what_its_tests_showed(string expected, XElement[] tests)
    {
        var matrix = Matrix.Of([On("28.5", tests), On("26.1", Passed(Ranges))]);

        matrix.Features.Single(row => row is { Section: "Published ports", Name: "ranges" }).Cells[0].ToString().Should().Be(expected);
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_s_cell_says_what_its_tests_showed(string expected, XElement[] tests)
    {
        var matrix = Matrix.Of([On("28.5", tests)]);

        matrix.Plugins.Single(row => row.Name == "macvlan").Cells.Single().ToString().Should().Be(expected);
    }

    [Fact]
    public void A_feature_s_plugins_are_those_with_which_it_worked_and_where_unless_everywhere()
    {
        var matrix = Matrix.Of(
        [
            On("20.10", Passed(Ranges, new PluginAttribute("bridge")), Skipped("plugin: too old", Ranges, new PluginAttribute("tap"))),
            On("28.5", Passed(Ranges, new PluginAttribute("bridge")), Passed(Ranges, new PluginAttribute("tap")),
                Passed(Refused("no"), new PluginAttribute("ptp"))),
        ]);

        matrix.Features.Single().With.Should().Equal("bridge", "tap (on 28.5)");
    }

    [Theory]
    [InlineData("ranges")]
    [InlineData(": ranges")]
    [InlineData("Ports: a|b")]
    public void A_feature_without_an_area_is_refused(string feature)
    {
        var act = () => Matrix.Of([On("28.5", Passed(new FeatureAttribute(feature)))]);

        act.Should().Throw<InvalidDataException>().WithMessage($"*{feature}*area: feature*");
    }

    private static FeatureAttribute Refused(string reason) => new(Ports) { Not = reason };
}
