using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Source;
using Bridge.Testing.Browser;
using static Bridge.Testing.Browser.UiPictures;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>What the page still says of a member that has changed, or has gone.</summary>
public sealed class GoneInBrowserTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    private const string EndpointId = "4028d19e0f8b8cf401b669dcc167df8d";

    [Fact]
    public async Task What_happened_keeps_the_name_of_a_container_that_has_gone()
    {
        var container = Member(1);
        container["key"] = $"e:{EndpointId}";
        await using var server = new ScriptedUi(PageFiles) { Picture = () => Whole(1) };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.getElementById('verdict-text').innerText.startsWith('All')", Cancellation);

        server.Send("happened", new JsonObject
        {
            ["time"] = "2026-11-30T12:00:01Z", ["kind"] = "attached", ["key"] = $"e:{EndpointId}",
            ["text"] = $"endpoint {EndpointId[..12]} attached to pods: 10.88.0.2",
        });
        server.Send("change", Change(2, new JsonObject { ["members"] = new JsonArray(container) }));
        await page.UntilAsync("document.querySelector('#feed span')?.innerText.includes('container-1')", Cancellation);
        server.Send("change", Change(3, [], $"e:{EndpointId}"));
        await page.UntilAsync("!document.querySelector('.member')", Cancellation);

        (await page.TextsAsync("#feed span")).Should().Equal("container container-1 attached to pods: 10.88.0.2");
    }

    [Fact]
    public async Task A_pod_that_its_runtime_names_a_moment_after_it_came_has_come_as_that_pod()
    {
        var unknown = Member(2);
        (unknown["kind"], unknown["name"], unknown["runtime"]) = ("other", null, null);
        await using var server = new ScriptedUi(PageFiles) { Picture = () => Whole(1) };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.getElementById('verdict-text').innerText.startsWith('All')", Cancellation);

        server.Send("change", Change(2, new JsonObject { ["members"] = new JsonArray(unknown) }));
        await page.UntilAsync("document.querySelector('#feed li')", Cancellation);
        server.Send("change", Change(3, new JsonObject { ["members"] = new JsonArray(Member(2)) }));
        server.Send("change", Change(4, [], KeyOf(2)));
        await page.UntilAsync("document.querySelectorAll('#feed li').length === 2", Cancellation);

        (await page.TextsAsync("#feed span")).Should().Equal(
            "pod default/pod-2 left pods: 10.88.0.3", "pod default/pod-2 came to pods: 10.88.0.3");
    }

    [Fact]
    public async Task Details_of_a_member_that_goes_stay_and_closing_them_leads_to_another_member()
    {
        var isThere = true;
        await using var server = new ScriptedUi(PageFiles)
        {
            Picture = () => Whole(1, Member(1), Member(2)),
            Detail = _ => isThere
                ? new JsonObject { ["routes"] = new JsonArray("default via 10.88.0.1") }
                : new JsonObject { ["problem"] = "no attachment has this endpoint id" },
        };
        await using var page = await fixture.Chromium.OpenAsync(server.Url);
        await page.UntilAsync("document.querySelectorAll('.member').length === 2", Cancellation);
        await page.Page.ClickAsync($"[data-key='{KeyOf(1)}']");
        await page.UntilAsync("document.querySelector('.detail .lines')", Cancellation);

        isThere = false;
        server.Send("change", Change(2, new JsonObject { ["members"] = new JsonArray(Member(1, state: "deleting")) }));
        await page.UntilAsync("document.querySelector('.detail-kind').innerText.includes('releasing')", Cancellation);
        server.Send("change", Change(3, [], KeyOf(1)));
        await page.UntilAsync("document.querySelector('.detail-kind').innerText === 'has gone'", Cancellation);

        (await page.TextsAsync(".detail .lines")).Should().Equal("default via 10.88.0.1");
        (await page.TextsAsync(".detail .problem")).Should().BeEmpty();
        await page.PressAsync("Escape");
        (await page.AskAsync<string?>("document.activeElement.dataset.key ?? null")).Should().Be(KeyOf(2));
        page.Complaints.Should().BeEmpty();
    }

    private static string PageFiles => SourceTree.PathOf("src/Adapter/Ui/Page");
}
