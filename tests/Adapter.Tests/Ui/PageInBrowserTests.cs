using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Source;
using Bridge.Testing.Browser;
using static Bridge.Testing.Browser.UiPictures;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>The page of <c>cnm-cni ui</c> in Chromium, with events that a real host gives rarely or never.</summary>
public sealed class PageInBrowserTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'`&amp;<script>alert(2)</script>\u202e\u0000${7*7}";

    // WCAG 2.2, 1.4.3: the text against the nearest opaque ground below it, for every element with a text of its own that is seen.
    private const string FaintTexts = """
        [...document.querySelectorAll('body *')].flatMap(element => {
          const text = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join('');
          const box = element.getBoundingClientRect();
          if (!text || box.width < 2 || box.height < 2 || !element.checkVisibility({ visibilityProperty: true })) return [];
          if (element.closest('svg, .unseen, .going, noscript')) return [];
          const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const over = [];
          for (let at = element; at; at = at.parentElement) over.unshift(getComputedStyle(at).backgroundColor);
          const rgb = colors => {
            paint.clearRect(0, 0, 1, 1);
            for (const color of colors) { paint.fillStyle = color; paint.fillRect(0, 0, 1, 1); }
            return [...paint.getImageData(0, 0, 1, 1).data];
          };
          const light = values => values.slice(0, 3).map(value => value / 255)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
            .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
          const [one, other] = [light(rgb(over)), light(rgb([...over, getComputedStyle(element).color]))].sort((a, b) => b - a);
          const ratio = (one + 0.05) / (other + 0.05);
          return ratio < 4.5 ? [`${ratio.toFixed(2)} ${element.className || element.tagName}: ${text.slice(0, 30)}`] : [];
        })
        """;

    [Fact]
    public async Task Texts_that_look_like_markup_are_shown_as_they_are()
    {
        var hostile = Whole(1, Member(1, Hostile), Member(2, Hostile));
        hostile["host"] = Hostile;
        hostile["verdict"] = Hostile;
        hostile["problems"] = new JsonArray(Hostile);
        hostile["findings"] = new JsonArray(new JsonObject
        {
            ["kind"] = Hostile, ["subject"] = Hostile, ["what"] = Hostile, ["why"] = Hostile, ["state"] = Hostile, ["cure"] = Hostile,
        });
        hostile["networks"]![0]!["plugins"] = new JsonArray(Hostile);
        hostile["networks"]![0]!["link"]!["name"] = Hostile;
        await using var server = new ScriptedUi(PageFiles)
        {
            Picture = () => (JsonObject)hostile.DeepClone(),
            Detail = _ => new JsonObject
            {
                ["routes"] = new JsonArray(Hostile), ["problem"] = Hostile, ["result"] = new JsonObject { [Hostile] = Hostile },
                ["pluginRuns"] = new JsonArray(new JsonObject { ["type"] = Hostile, ["verb"] = Hostile, ["outcome"] = Hostile }),
                ["events"] = new JsonArray(new JsonObject { ["time"] = Hostile, ["text"] = Hostile }),
            },
        };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.querySelectorAll('.member').length === 2", Cancellation);

        server.Send("happened", new JsonObject { ["time"] = Hostile, ["kind"] = Hostile, ["key"] = Hostile, ["text"] = Hostile });
        await page.Page.ClickAsync(".member");
        await page.UntilAsync("document.querySelectorAll('#feed li').length === 1 && document.querySelector('.runs')", Cancellation);
        await page.PressAsync("Escape", "t");

        (await page.AskAsync<int>("document.querySelectorAll('img, body script, iframe').length")).Should().Be(0);
        (await page.AskAsync<bool>("document.body.textContent.includes('<script>alert(2)</script>')")).Should().BeTrue();
        page.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task No_member_moves_when_another_comes_or_goes_and_a_missed_change_brings_a_whole_picture()
    {
        await using var server = ServerOf(4);
        await using var page = await fixture.Chromium.OpenAsync(server.Url, 1280, 800, ("prefers-reduced-motion", "reduce"));
        await page.UntilAsync("document.querySelectorAll('.member').length === 4", Cancellation);
        var before = await PlacesAsync(page);

        server.Send("change", Change(2, new JsonObject { ["members"] = new JsonArray(Member(9)) }, KeyOf(2)));
        await page.UntilAsync($"document.querySelector('[data-key=\"{KeyOf(9)}\"]')", Cancellation);

        var after = await PlacesAsync(page);
        after.Keys.Should().BeEquivalentTo([KeyOf(1), KeyOf(3), KeyOf(4), KeyOf(9)]);
        after.Where(place => before.ContainsKey(place.Key)).Should().OnlyContain(place => before[place.Key] == place.Value);
        (await page.AskAsync<int>("document.getAnimations().length")).Should().Be(0, "motion is not wanted");

        server.Send("change", Change(4, []));
        await page.UntilAsync($"!document.querySelector('[data-key=\"{KeyOf(9)}\"]:not(.going)')", Cancellation);

        server.Connections.Should().Be(2);
        (await PlacesAsync(page)).Keys.Should().BeEquivalentTo(before.Keys);
        await page.UntilAsync("document.getElementById('banner').hidden", Cancellation);
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Every_text_stands_out_from_its_ground(string scheme)
    {
        var picture = Troubled();
        await using var server = new ScriptedUi(PageFiles) { Picture = () => (JsonObject)picture.DeepClone() };
        await using var page = await fixture.Chromium.OpenAsync(
            server.Url, 1280, 800, ("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce"));
        await page.UntilAsync("document.querySelectorAll('.member').length === 9", Cancellation);
        server.Send("traffic", Traffic(9, 4, new Random(1)));
        server.Send("happened", new JsonObject { ["time"] = "2026-11-30T12:00:00Z", ["text"] = "container web attached" });
        await page.UntilAsync("document.querySelector('.rate').innerText && document.querySelector('#feed li')", Cancellation);

        var picture1 = await page.AskAsync<string[]>(FaintTexts);
        await page.Page.ClickAsync(".member");
        await page.UntilAsync("document.querySelector('.detail dl')", Cancellation);
        var details = await page.AskAsync<string[]>(FaintTexts);
        await page.PressAsync("Escape", "t");
        var table = await page.AskAsync<string[]>(FaintTexts);

        picture1.Concat(details).Concat(table).Should().BeEmpty();
    }

    [Fact]
    public async Task Every_screen_has_room_for_it_and_a_small_one_begins_with_the_table()
    {
        await using var server = ServerOf(8);
        foreach (var (width, height) in new[] { (360, 740), (599, 900), (600, 900), (1024, 768), (1920, 1080), (3840, 2160) })
        {
            await using var page = await fixture.Chromium.OpenAsync(server.Url, width, height);
            await page.UntilAsync("document.querySelectorAll('.member').length === 8", Cancellation);

            (await page.AskAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width);
            (await page.AskAsync<bool>("document.getElementById('table-view').hidden")).Should().Be(width >= 600, $"of {width} px");
            (await page.AskAsync<string[]>(Outside)).Should().BeEmpty($"of {width} px");
            page.Complaints.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task A_host_without_networks_says_so_and_a_member_of_an_unknown_network_is_shown()
    {
        var picture = Whole(1);
        picture["networks"] = new JsonArray();
        await using var server = new ScriptedUi(PageFiles) { Picture = () => (JsonObject)picture.DeepClone() };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("!document.getElementById('no-network').hidden", Cancellation);

        server.Send("change", Change(2, new JsonObject { ["members"] = new JsonArray(Member(1, network: "gone")) }));

        await page.UntilAsync("document.querySelector('.member') && document.getElementById('no-network').hidden", Cancellation);
        (await page.TextsAsync(".network h3")).Should().Equal("gone");
        page.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task What_no_daemon_has_answered_is_not_said_to_be_absent()
    {
        var silent = Whole(1);
        silent["networks"] = new JsonArray();
        silent["daemon"] = new JsonObject { ["reachable"] = false, ["problem"] = "cnm-cni has not answered yet." };
        await using var server = new ScriptedUi(PageFiles) { Picture = () => (JsonObject)silent.DeepClone() };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("!document.getElementById('banner').hidden", Cancellation);

        (await page.AskAsync<bool>("document.getElementById('no-network').hidden")).Should().BeTrue();
        server.Send("change", Change(2, new JsonObject { ["daemon"] = new JsonObject { ["reachable"] = true } }));

        await page.UntilAsync("!document.getElementById('no-network').hidden", Cancellation);
    }

    [Fact]
    public async Task A_server_that_has_ended_is_reported_over_the_last_picture()
    {
        await using var server = ServerOf(3);
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.querySelectorAll('.member').length === 3", Cancellation);

        await server.DisposeAsync();

        await page.UntilAsync("document.getElementById('banner').innerText.startsWith('Connection lost.')", Cancellation);
        (await page.AskAsync<int>("document.querySelectorAll('.stale .member').length")).Should().Be(3);
    }

    [Theory]
    [InlineData("/slots.js")]
    [InlineData("/main.js")]
    [InlineData("/vendor/d3.min.js")]
    [InlineData("/panels.css")]
    [InlineData("/events")]
    public async Task What_the_browser_could_not_fetch_is_fetched_again(string path)
    {
        await using var server = ServerOf(3);
        server.Lose(path, 12); // The browser itself repeats what it sent over a connection that it had used before.

        await using var page = await fixture.Chromium.OpenAsync(server.Url);

        await page.UntilAsync($"document.querySelectorAll('.member').length === 3 && {StyleSheets} === 3", Cancellation);
        await page.UntilAsync("document.getElementById('banner').hidden", Cancellation);
    }

    [Fact]
    public async Task Details_that_the_browser_could_not_fetch_are_fetched_again()
    {
        await using var server = new ScriptedUi(PageFiles)
        {
            Picture = () => Whole(1, Member(1)),
            Detail = _ => new JsonObject { ["routes"] = new JsonArray("default via 10.88.0.1") },
        };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.querySelectorAll('.member').length === 1", Cancellation);
        server.Lose("/detail", 2);

        await page.Page.ClickAsync(".member");

        await page.UntilAsync("document.querySelector('.detail .lines')", Cancellation);
        (await page.TextsAsync(".detail .problem")).Should().BeEmpty();
    }

    [Fact]
    public async Task Five_hundred_members_are_shown_found_and_told_of_in_few_words()
    {
        await using var server = ServerOf(500);
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.querySelectorAll('.member').length === 500", Cancellation);
        server.Send("traffic", Traffic(500, 500, new Random(1)));

        await page.PressAsync("/");
        await page.TypeAsync("10.88.1.200");
        (await page.TextsAsync("#search-result")).Should().Equal("1 of 500");
        await page.PressAsync("Enter");
        (await page.AskAsync<string>("document.activeElement.dataset.key")).Should().Be(KeyOf(455));
        await page.PressAsync("Home", "ArrowDown", "Enter");
        await page.UntilAsync("document.activeElement.id === 'detail-title'", Cancellation);
        server.Send("change", Change(2, new JsonObject { ["members"] = new JsonArray([.. MembersFrom(501, 40)]) }));

        await page.UntilAsync("document.getElementById('announcer').textContent.includes('And 37 more changes')", Cancellation);
        (await page.AskAsync<int>("[...document.querySelectorAll('.member')].filter(e => e.tabIndex === 0).length")).Should().Be(1);
        page.Complaints.Should().BeEmpty();
    }

    // One that was not fetched has no rules, or keeps them to itself.
    private const string StyleSheets =
        "[...document.styleSheets].filter(sheet => { try { return sheet.cssRules.length > 0 } catch { return false } }).length";

    // Controls that are cut off at an edge of the screen.
    private const string Outside = """
        [...document.querySelectorAll('header button, header input, .zoom button, .place, .member')]
          .filter(element => element.checkVisibility()).map(element => [element, element.getBoundingClientRect()])
          .filter(([, box]) => box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1)
          .map(([element]) => element.outerHTML.slice(0, 80))
        """;

    private static string PageFiles => SourceTree.PathOf("src/Adapter/Ui/Page");

    private static ScriptedUi ServerOf(int members) => new(PageFiles) { Picture = () => Whole(1, MembersFrom(1, members)) };

    private static IEnumerable<JsonObject> MembersFrom(int first, int count) =>
        Enumerable.Range(first, count).Select(number => Member(number));

    private static async Task<Dictionary<string, string>> PlacesAsync(BrowserPage page) =>
        await page.AskAsync<Dictionary<string, string>>(
            "Object.fromEntries([...document.querySelectorAll('.member:not(.going)')].map(e => [e.dataset.key, e.style.transform]))");

    private static JsonObject Troubled()
    {
        string[] states = ["joined", "running", "adding", "deleting", "repairing", "pending", "reserved", "ready"];
        var members = states.Select((state, index) => Member(index + 1, state: state)).Append(Member(9)).ToArray();
        members[0]["problem"] = "What the sandbox lacks.";
        (members[6]["kind"], members[7]["kind"]) = ("reservation", "warm");
        var picture = Whole(1, members);
        picture["verdict"] = "To look at: 1 attachment lacks rules.";
        picture["problems"] = new JsonArray("1 attachment lacks rules");
        picture["networks"]![0]!["link"]!["state"] = "down";
        picture["networks"]![0]!["whyIncomplete"] = "The store cannot be read.";
        picture["findings"] = new JsonArray(new JsonObject
        {
            ["subject"] = "web", ["what"] = "Rules are missing.", ["why"] = "A flush.", ["state"] = "open", ["cure"] = "cnm-cni reload web",
        });
        picture["pending"] = new JsonArray(new JsonObject
        {
            ["key"] = "e:1", ["name"] = "old", ["network"] = "pods", ["attempts"] = 3, ["error"] = "busy",
            ["nextAttempt"] = "2026-11-30T12:00:09Z",
        });
        return picture;
    }
}
