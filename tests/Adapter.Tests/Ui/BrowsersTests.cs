using System.Text;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>Browsers of any speed, and what each of them gets.</summary>
public sealed class BrowsersTests
{
    private readonly Browsers _browsers = new("node-1", TimeProvider.System);

    [Fact]
    public async Task A_browser_gets_the_picture_first_and_then_changes_without_a_gap()
    {
        _browsers.Replace(Pictures.Content(Pictures.Containers(30)));
        using var browser = _browsers.Join()!;
        _browsers.Replace(Pictures.Content(Pictures.Containers(31)));
        var (name, first) = await NextAsync(browser);
        foreach (var count in new[] { 32, 33, 34 })
            _browsers.Replace(Pictures.Content(Pictures.Containers(count)));

        name.Should().Be("picture");
        for (var sequence = first + 1; sequence <= first + 3; sequence++)
            (await NextAsync(browser)).Should().Be(("change", sequence));
    }

    [Fact]
    public async Task The_first_browser_after_a_pause_does_not_get_the_picture_from_before_it()
    {
        using (var first = _browsers.Join()!)
        {
            _browsers.Replace(Pictures.Content(Pictures.Containers(1)));
            _browsers.Leave(first);
        }

        using var second = _browsers.Join()!;

        (await _browsers.NextAsync(second, TimeSpan.Zero, Cancellation)).Should().BeNull();
        _browsers.Replace(Pictures.Content(Pictures.Containers(1)));
        (await NextAsync(second)).Name.Should().Be("picture");
    }

    [Fact]
    public void A_picture_is_asked_for_at_once_where_a_browser_would_wait_for_the_next_one()
    {
        var asked = 0;
        var browsers = new Browsers("node-1", TimeProvider.System, () => asked++);
        using var first = browsers.Join()!;
        asked.Should().Be(1);
        browsers.Replace(Pictures.Content(Pictures.Containers(1)));
        using var second = browsers.Join()!;
        asked.Should().Be(1, "the picture is new");
        browsers.Leave(first);
        browsers.Leave(second);

        using var reloaded = browsers.Join()!;
        asked.Should().Be(2);
    }

    [Fact]
    public async Task A_slow_browser_gets_the_newest_picture_instead_of_a_backlog_and_the_others_get_everything()
    {
        using var slow = _browsers.Join()!;
        using var fast = _browsers.Join()!;
        _browsers.Replace(Pictures.Content(Pictures.Containers(0)));
        await NextAsync(slow);
        var (_, sequence) = await NextAsync(fast);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var count = 1; count <= 2000; count++)
        {
            _browsers.Replace(Pictures.Content(Pictures.Containers(count % 2)));
            (await NextAsync(fast)).Sequence.Should().Be(++sequence);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(4 * Browser.MostBytes);
        (await NextAsync(slow)).Should().Be(("picture", sequence));
    }

    [Fact]
    public async Task Large_events_fill_a_queue_too()
    {
        using var slow = _browsers.Join()!;
        _browsers.Replace(Pictures.Content(Pictures.Empty));
        await NextAsync(slow);

        for (var one = 0; one < 5; one++)
            _browsers.Send(new byte[Browser.MostBytes / 4]);

        (await NextAsync(slow)).Name.Should().Be("picture");
    }

    [Fact]
    public void Eight_are_served_and_a_ninth_is_not_until_one_has_left()
    {
        var eight = Enumerable.Range(0, Browsers.Most).Select(_ => _browsers.Join()!).ToArray();

        _browsers.Join().Should().BeNull();
        _browsers.Leave(eight[3]);
        using var next = _browsers.Join();
        next.Should().NotBeNull();
        Array.ForEach(eight, browser => browser.Dispose());
    }

    [Fact]
    public void Presence_says_whether_anybody_looks()
    {
        _browsers.Presence.Some.IsCompleted.Should().BeFalse();
        using var browser = _browsers.Join()!;

        _browsers.Presence.Some.IsCompleted.Should().BeTrue();
        _browsers.Presence.None.IsCompleted.Should().BeFalse();
        _browsers.Leave(browser);
        _browsers.Presence.None.IsCompleted.Should().BeTrue();
        _browsers.Presence.Some.IsCompleted.Should().BeFalse();
    }

    private async Task<(string Name, long Sequence)> NextAsync(Browser browser)
    {
        var one = (await _browsers.NextAsync(browser, TimeSpan.Zero, Cancellation))!;
        var name = Encoding.UTF8.GetString(one).Split('\n')[0]["event: ".Length..];
        return (name, Pictures.Json(one).GetProperty("sequence").GetInt64());
    }
}
