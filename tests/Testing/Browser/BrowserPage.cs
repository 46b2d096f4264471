using System.Collections.Concurrent;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace Bridge.Testing.Browser;

/// <summary>One page in a browser, and what it complained about.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    // What a page shows that does not become what a test waits for.
    private const string Look =
        "`${document.visibilityState}, ${document.querySelectorAll('.member').length} members: ${document.body.innerText}`";

    private readonly ConcurrentQueue<string> _complaints = [];

    public BrowserPage(IPage page)
    {
        Page = page;
        page.Console += (_, said) => Complain(
            said.Message.Type is ConsoleType.Error or ConsoleType.Warning, $"console: {said.Message.Text} ({said.Message.Location?.URL})");
        page.PageError += (_, error) => Complain(true, $"error: {error.Message}");
        page.RequestFailed += (_, failed) => Complain(true, $"failed: {failed.Request.Url}: {failed.Request.FailureText}");
        page.Response += (_, answer) =>
            Complain((int)answer.Response.Status >= 400, $"{(int)answer.Response.Status}: {answer.Response.Url}");
        page.Dialog += async (_, opened) =>
        {
            Complain(true, $"dialog: {opened.Dialog.Message}");
            await opened.Dialog.Dismiss();
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, errors of scripts, failed requests, dialogs.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public Task<T> AskAsync<T>(string expression) => Page.EvaluateExpressionAsync<T>(expression);

    /// <summary>What elements show, in the order of the page.</summary>
    public Task<string[]> TextsAsync(string selector) =>
        AskAsync<string[]>($"[...document.querySelectorAll(`{selector}`)].map(e => e.innerText)");

    /// <exception cref="TimeoutException">The expression does not become true within a minute.</exception>
    public async Task UntilAsync(string expression, CancellationToken cancellationToken)
    {
        if (!await Eventually.IsTrueAsync(_ => IsTrueAsync(expression), cancellationToken))
        {
            throw new TimeoutException(
                $"Not true within a minute: {expression}\n{await AskAsync<string>(Look)}\n{string.Join('\n', _complaints)}");
        }
    }

    /// <summary>Presses keys by their names, one after the other.</summary>
    public async Task PressAsync(params IEnumerable<string> keys)
    {
        foreach (var key in keys)
            await Page.Keyboard.PressAsync(key);
    }

    public Task TypeAsync(string text) => Page.Keyboard.TypeAsync(text);

    public Task PreferAsync(params IEnumerable<(string Feature, string Value)> features) =>
        Page.EmulateMediaFeaturesAsync(features.GroupBy(feature => feature.Feature)
            .Select(one => new MediaFeatureValue { MediaFeature = FeatureOf(one.Key), Value = one.Last().Value }));

    /// <summary>Keeps a picture of what is seen.</summary>
    public async Task KeepScreenshotAsync(string directory, string name)
    {
        Directory.CreateDirectory(directory);
        await Page.ScreenshotAsync(Path.Combine(directory, $"{name}.png"));
    }

    public async ValueTask DisposeAsync() => await Page.CloseAsync();

    private async Task<bool> IsTrueAsync(string expression)
    {
        try
        {
            return await AskAsync<bool>($"!!({expression})");
        }
        catch (EvaluationFailedException gone) when (gone.Message.Contains("navigation", StringComparison.Ordinal))
        {
            return false; // The page is being loaded again.
        }
    }

    // What other tests do with links of this machine makes the browser give up requests. The page repeats them.
    private void Complain(bool isOne, string complaint)
    {
        if (isOne && !complaint.Contains("net::ERR_NETWORK_CHANGED", StringComparison.Ordinal))
            _complaints.Enqueue(complaint);
    }

    private static MediaFeature FeatureOf(string name) => name switch
    {
        "prefers-color-scheme" => MediaFeature.PrefersColorScheme,
        "prefers-reduced-motion" => MediaFeature.PrefersReducedMotion,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No media feature of these tests."),
    };
}
