using PuppeteerSharp;

namespace Bridge.Testing.Browser;

/// <summary>
/// Debian's Chromium without a screen, for the tests of one class. It draws in software, and talks to no server but the tests'.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // Root cannot use the sandbox. What a browser does of its own (updates, probes, QUIC) would be traffic that no test asked for.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--lang=en-GB",
    ];

    private readonly IBrowser _browser;

    private Chromium(IBrowser browser) => _browser = browser;

    /// <returns>Why there is none; null when there is one.</returns>
    public static string? Missing() =>
        Places.Any(File.Exists) ? null : "Chromium is not installed: on Debian, `apt-get install chromium`.";

    public static async Task<Chromium> StartAsync() =>
        new(await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = Places.First(File.Exists), Args = Arguments, Timeout = 60_000, ProtocolTimeout = 60_000,
        }));

    /// <param name="url">Of the page.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="features">Media features and their values: prefers-color-scheme is light unless named.</param>
    public async Task<BrowserPage> OpenAsync(
        Uri url, int width = 1280, int height = 800, params IEnumerable<(string Feature, string Value)> features)
    {
        var page = await _browser.NewPageAsync();
        var opened = new BrowserPage(page);
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = height });
        await opened.PreferAsync([("prefers-color-scheme", "light"), .. features]);
        await page.GoToAsync(url.AbsoluteUri);
        return opened;
    }

    public async ValueTask DisposeAsync() => await _browser.DisposeAsync();
}
