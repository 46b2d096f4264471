using Bridge.Adapter.History;

namespace Bridge.Adapter.Tests.History;

/// <summary>Whose story is told, and with which events.</summary>
public sealed class StoryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private static readonly HistoryEvent[] History =
    [
        new(Start, HistoryEventKind.AddressReserved) { ContainerId = "c1", Addresses = ["10.88.0.2/16"] },
        new(Start.AddSeconds(1), HistoryEventKind.Plugin) { ContainerId = "c1", Plugin = new("bridge", "ADD", "success", 1) },
        Of(2, HistoryEventKind.Attached, "e1", "c1", null, "10.88.0.2/16"),
        Of(3, HistoryEventKind.Attached, "e2", "c2", "db", "10.88.0.3/16"),
        Of(4, HistoryEventKind.Named, "e1", "c1", "web", "10.88.0.2/16"),
        Of(5, HistoryEventKind.Detaching, "e1", "c1", "web", "10.88.0.2/16"),
        Of(6, HistoryEventKind.Detached, "e1", "c1", "web", "10.88.0.2/16"),
        new(Start.AddSeconds(7), HistoryEventKind.Found) { Finding = new("stolen-address", "e2", "container db", "10.88.0.3 is gone", "") },
        Of(8, HistoryEventKind.Attached, "e3", "c3", "next", "10.88.0.2/16"),
        Of(9, HistoryEventKind.Attached, "e4", "w1", "warm1", "fd00::2/64"),
        Of(10, HistoryEventKind.Detached, "e4", "w1", "warm1", "fd00::2/64"),
        Of(11, HistoryEventKind.Attached, "e5", "w1", "warm2", "fd00::2/64"),
    ];

    [Fact]
    public void A_container_that_is_gone_has_its_events_from_before_it_had_a_name()
    {
        var story = Story.Of(History, "web", []);

        story.Events.Select(one => one.Time.Second).Should().Equal(0, 1, 2, 4, 5, 6);
        story.Tenures.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Container = "web", EndpointId = "e1", Since = Start.AddSeconds(2), Until = Start.AddSeconds(6) });
    }

    [Fact]
    public void An_address_has_all_that_had_it_one_after_the_other()
    {
        var story = Story.Of(History, "10.88.0.2", []);

        story.Tenures.Select(one => (one.Container, one.Until?.Second)).Should().Equal(("web", 6), ("next", null));
        story.Events.Select(one => one.Time.Second).Should().Equal(0, 1, 2, 4, 5, 6, 8);
    }

    [Theory]
    [InlineData("fd00::2")]
    [InlineData("fd00:0:0::0002")]
    [InlineData("fd00::2/64")]
    public void An_address_is_the_same_however_it_is_written(string address) =>
        Story.Of(History, address, []).Tenures.Select(one => one.Container).Should().Equal("warm1", "warm2");

    [Fact]
    public void Containers_that_had_one_warm_attachment_have_stories_of_their_own() =>
        Story.Of(History, "warm2", []).Events.Select(one => one.Time.Second).Should().Equal(11);

    [Theory]
    [InlineData("e2")]
    [InlineData("db")]
    [InlineData("10.88.0.3")]
    public void Findings_about_it_belong_to_the_story(string target) =>
        Story.Of(History, target, []).Events.Select(one => one.Time.Second).Should().Equal(3, 7);

    [Fact]
    public void A_name_that_Docker_has_just_told_means_its_endpoints() =>
        Story.Of(History, "not-yet-named", ["e3"]).Events.Select(one => one.Time.Second).Should().Equal(8);

    [Fact]
    public void The_beginning_of_an_id_means_all_that_begin_so() =>
        Story.Of(History, "c", []).Tenures.Should().HaveCount(3);

    [Fact]
    public void A_clock_that_was_set_back_meanwhile_does_not_matter() => Story.Of(
        [
            Of(30, HistoryEventKind.Attached, "e7", "c7", "web", "10.88.0.9/16"),
            Of(10, HistoryEventKind.Detached, "e7", "c7", "web", "10.88.0.9/16"),
        ],
        "web", []).Tenures.Should().ContainSingle().Which.Until.Should().Be(Start.AddSeconds(10));

    [Fact]
    public void A_name_that_is_a_number_is_no_address() =>
        Story.Of([Of(0, HistoryEventKind.Attached, "e6", "c6", "2026", "10.88.0.9/16")], "2026", []).Tenures.Should().HaveCount(1);

    [Fact]
    public void Nothing_is_known_of_another_name() => Story.Of(History, "other", []).Events.Should().BeEmpty();

    private static HistoryEvent Of(int second, HistoryEventKind kind, string endpoint, string container, string? name, string address) =>
        new(Start.AddSeconds(second), kind) { EndpointId = endpoint, ContainerId = container, Container = name, Addresses = [address] };
}
