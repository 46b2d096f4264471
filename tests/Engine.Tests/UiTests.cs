using System.Globalization;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.Testing.Browser;

namespace Bridge.Engine.Tests;

/// <summary>
/// <c>cnm-cni ui</c> on a real host, in Chromium: its page shows what <c>cnm-cni status</c> says, and what happens, as it happens.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class UiTests : EngineTest, IClassFixture<UiHost>
{
    private const string Feature = "True answers: `cnm-cni ui` shows the network as it is";

    // What a person at the page would write down: which name came or went, and when, by the clock of this machine.
    private const string Watch = """
        (() => {
          const names = () => new Set([...document.querySelectorAll('.member:not(.going) .name')].map(name => name.textContent));
          const seen = window.seen = { came: {}, went: {} };
          let old = names();
          new MutationObserver(() => {
            const now = names();
            now.forEach(name => { if (!old.has(name)) seen.came[name] ??= Date.now(); });
            old.forEach(name => { if (!now.has(name)) seen.went[name] ??= Date.now(); });
            old = now;
          }).observe(document.getElementById('world'), { subtree: true, childList: true, attributes: true, characterData: true });
        })()
        """;

    // The canvas has lines of the color of connections. They are read from a copy: Chromium warns of a canvas that is read again and again.
    private const string IsLit = """
        (() => {
          const canvas = document.getElementById('flows');
          canvas.style.color = 'var(--flow)';
          const flow = getComputedStyle(canvas).color.match(/[0-9]+/g).map(Number);
          canvas.style.color = '';
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let at = 0; at < data.length; at += 4)
            if (data[at + 3] > 180 && [0, 1, 2].every(part => Math.abs(data[at + part] - flow[part]) < 24)) found++;
          return found > 100;
        })()
        """;

    private readonly UiHost _engine;

    public UiTests(UiHost engine)
        : base(engine)
    {
        Assert.SkipUnless(Chromium.Missing() is null, Chromium.Missing() ?? "");
        _engine = engine;
    }

    [Feature(Feature)]
    [Fact]
    public async Task The_page_shows_what_status_says_and_the_keyboard_leads_to_the_details_and_back()
    {
        await RunContainerAsync("web", "--publish", "8080:80", "--publish", "127.0.0.1:5353:53/udp");
        await RunContainerAsync("plain");
        var pod = await RunPodAsync("dns", hostPort: 8081);
        var mac = (await pod.ExecAsync(["cat", "/sys/class/net/eth0/address"], Cancellation)).EnsureSuccess().Output;
        await using var page = await OpenAsync();
        (await page.AskAsync<string>("location.search")).Should().BeEmpty("the token must not stay in the address");

        await page.PressAsync("t");
        IReadOnlyList<UiRow> shown = [], said = [];
        await Eventually.IsTrueAsync(
            async token =>
            {
                said = [.. (await UiRow.OfStatusAsync(Host, token)).Select(row => row.Mac.Length > 0 ? row : row with { Mac = mac })];
                shown = await UiRow.ShownAsync(page);
                return shown.ToHashSet().SetEquals(said) && said.Count == 3 && said.All(row => row.Name.Length > 0);
            },
            Cancellation);
        shown.Should().BeEquivalentTo(said);
        shown.Select(row => row.Name).Should().BeEquivalentTo(["web", "plain", "default/dns"]);
        (await page.TextsAsync("#verdict-text")).Should().Equal("All is well.");

        await page.PressAsync("t", "/");
        await page.TypeAsync("web");
        await page.PressAsync("Enter", "Enter");
        await page.UntilAsync("document.querySelector('.runs') && document.querySelector('#detail pre')", Cancellation);
        var details = string.Join('\n', await page.TextsAsync("#detail"));
        var inspected = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        details.Should().Contain(inspected.Address).And.Contain(inspected.Mac).And.Contain("8080→80/tcp").And.Contain("portmap")
            .And.Contain($"via {CniNetworks.Gateway}");

        await page.PressAsync("Escape", "ArrowDown");
        (await page.AskAsync<string>("document.activeElement.getAttribute('aria-label')")).Should().ContainAny("plain", "dns");
        await page.PressAsync("Home", "Enter");
        await page.UntilAsync("document.querySelector('#detail-title')", Cancellation);

        await page.Page.ReloadAsync();
        await page.UntilAsync("document.querySelectorAll('.member').length === 3", Cancellation);
        page.Complaints.Should().BeEmpty("the tab keeps the token");
        await using var stranger = await _engine.Chromium.OpenAsync(new Uri(Host.UiUrl.GetLeftPart(UriPartial.Path)));
        await stranger.UntilAsync("document.getElementById('banner').innerText.includes('Open the whole URL')", Cancellation);
        (await stranger.AskAsync<int>("document.querySelectorAll('.member').length")).Should().Be(0, "another tab has no token");
    }

    [Feature(Feature)]
    [Fact]
    public async Task A_container_and_a_pod_appear_when_status_has_them_and_go_when_it_has_not()
    {
        await using var page = await OpenAsync();
        await page.AskAsync<object>(Watch);

        var latencies = new List<(string What, double Milliseconds)>();
        await MeasureAsync("container came", "late", hasIt: true, () => RunContainerAsync("late"));
        await MeasureAsync("pod came", "default/later", hasIt: true, () => RunPodAsync("later"));
        await MeasureAsync("container went", "late", hasIt: false, () => DockerAsync("rm", "--force", "late"));

        foreach (var (what, milliseconds) in latencies)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{what}: shown {milliseconds:0} ms after status had it"));
        }

        await page.UntilAsync(
            "document.querySelector('#feed li')?.innerText && document.getElementById('announcer').textContent", Cancellation);
        page.Complaints.Should().BeEmpty();

        async Task MeasureAsync(string what, string name, bool hasIt, Func<Task> act)
        {
            var known = WhenStatusKnowsAsync(name, hasIt);
            await act();
            var shown = $"window.seen.{(hasIt ? "came" : "went")}['{name}']";
            await page.UntilAsync(shown, Cancellation);
            latencies.Add((what, await page.AskAsync<double>(shown) - await known));
        }
    }

    [Feature(Feature)]
    [Fact]
    public async Task A_finding_is_shown_with_its_cure_and_an_absent_daemon_with_a_banner_until_both_are_mended()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        await using var page = await OpenAsync();
        await page.UntilAsync("document.querySelectorAll('.member').length === 1 && document.querySelector('.verdict.well')", Cancellation);

        await RunInShellAsync("iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT");
        await page.UntilAsync("document.querySelector('#attention .cure')", Cancellation);
        (await page.TextsAsync("#attention .cure code")).Should().ContainSingle().Which.Should().Contain("cnm-cni reload web");
        (await page.TextsAsync("#verdict-text")).Should().ContainSingle().Which.Should().StartWith("To look at");
        (await Host.BridgeAsync(["reload", "web"], Cancellation)).EnsureSuccess();
        await page.UntilAsync("document.getElementById('attention').hidden && document.querySelector('.verdict.well')", Cancellation);

        await Host.Bridge.StopAsync(Cancellation);
        await page.UntilAsync("!document.getElementById('banner').hidden", Cancellation);
        (await page.TextsAsync("#banner-what")).Should().Equal("cnm-cni does not answer.");
        (await page.AskAsync<int>("document.querySelectorAll('.stale .member').length")).Should().Be(1, "the last picture stays");
        await Host.Bridge.StartAsync(Cancellation);
        await page.UntilAsync("document.getElementById('banner').hidden && !document.querySelector('.stale')", Cancellation);
        page.Complaints.Should().BeEmpty();
    }

    [Feature(Feature)]
    [Fact]
    public async Task A_transfer_lights_the_line_between_two_members_and_shows_its_bytes()
    {
        string[] containers = ["web", "shop", "database", "cache"];
        await using var page = await OpenAsync();
        await RunContainerAsync("web", "--publish", "8080:80");
        foreach (var name in containers[1..])
            await RunContainerAsync(name);

        var (api, metrics) = (await RunPodAsync("api"), await RunPodAsync("metrics", hostPort: 9090));
        await Task.WhenAll(containers.Select(name => ExecAsync(name, "sh", "-c", "dd if=/dev/zero of=/www/block bs=64k count=16")));
        var addresses = new Dictionary<string, string>();
        foreach (var name in containers)
            addresses[name] = (await DockerView.OfAsync(Host, name, Network, Cancellation)).Address;

        await Task.WhenAll(
            FetchAsync("shop", addresses["database"], pause: "0.2"),
            FetchAsync("web", addresses["shop"], pause: "0.5"),
            FetchAsync("shop", addresses["cache"], pause: "0.9"),
            FetchAsync("database", metrics.Ip, pause: "0.7", file: ""),
            FetchAsync("cache", api.Ip, pause: "0.4", file: ""));
        var visitor = Host.RunAtNeighbourAsync(
            ["sh", "-c", $"while sleep 0.6; do busybox wget -q -O /dev/null http://{TestHost.Address}:8080/block; done"], _stop.Token);

        await page.UntilAsync("[...document.querySelectorAll('.member .rate')].filter(rate => / [kM]B.s/.test(rate.innerText)).length >= 3",
            Cancellation);
        await page.UntilAsync(IsLit, Cancellation);
        await page.Page.ClickAsync("[aria-label^='container shop']");
        await page.UntilAsync("/to database, tcp 80/.test(document.querySelector('.peers')?.innerText)", Cancellation);
        (await page.TextsAsync(".chart-now")).Should().ContainSingle().Which.Should().MatchRegex("receives [0-9.]+ [kM]B/s");
        await page.UntilAsync("document.querySelector('#detail .runs')", Cancellation);
        await KeepScreenshotsAsync(page);
        page.Complaints.Should().BeEmpty();
        await _stop.CancelAsync();
        await visitor.Invoking(command => command).Should().ThrowAsync<OperationCanceledException>();
    }

    private readonly CancellationTokenSource _stop = new();

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await base.DisposeAsync();
        _stop.Dispose();
    }

    private Task<BrowserPage> OpenAsync() => _engine.Chromium.OpenAsync(Host.UiUrl);

    private Task<string> FetchAsync(string container, string address, string pause, string file = "block") => DockerAsync(
        "exec", "--detach", container, "sh", "-c", $"while sleep {pause}; do wget -q -O /dev/null http://{address}/{file}; done");

    /// <returns>When it did, in milliseconds of Unix time.</returns>
    private async Task<double> WhenStatusKnowsAsync(string name, bool hasIt)
    {
        using var daemon = Host.AsDocker();
        var quoted = $"\"{name}\"";
        await Eventually.TrueAsync(
            async token =>
            {
                using var answer = await daemon.PostAsync(new Uri("/Bridge.Status", UriKind.Relative), null, token);
                return (await answer.Content.ReadAsStringAsync(token)).Contains(quoted, StringComparison.Ordinal) == hasIt;
            },
            $"status {(hasIt ? "has" : "has not")} {name}", Cancellation);
        return (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
    }

    // docs/testing.md lists them; the first two are in the README.
    private async Task KeepScreenshotsAsync(BrowserPage page)
    {
        var directory = Path.Combine(Path.GetDirectoryName(TestHost.PackagedFile("README.md"))!, "artifacts", "screenshots");
        await page.KeepScreenshotAsync(directory, "ui-details");
        await page.PressAsync("Escape");
        await page.AskAsync<object>("document.activeElement.blur()");
        await page.Page.Mouse.MoveAsync(10, 60);
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Cancellation); // Lines of the last minute that are worth a picture.
        await page.KeepScreenshotAsync(directory, "ui");
        await page.PreferAsync(("prefers-color-scheme", "dark"));
        await page.KeepScreenshotAsync(directory, "ui-dark");
        await page.PressAsync("t");
        await page.KeepScreenshotAsync(directory, "ui-table-dark");
        await page.PressAsync("t");
        await page.Page.SetViewportAsync(new PuppeteerSharp.ViewPortOptions { Width = 3840, Height = 2160 });
        await page.KeepScreenshotAsync(directory, "ui-4k-dark");
        await using var telephone = await _engine.Chromium.OpenAsync(Host.UiUrl, 360, 740);
        await telephone.UntilAsync("document.querySelectorAll('#members tbody tr').length === 6", Cancellation);
        await telephone.KeepScreenshotAsync(directory, "ui-360");
    }
}
