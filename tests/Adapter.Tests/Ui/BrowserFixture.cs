using Bridge.Testing.Browser;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>One browser for the tests of a class.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private Chromium? _chromium;

    internal Chromium Chromium
    {
        get
        {
            Assert.SkipUnless(_chromium is not null, Chromium.Missing() ?? "");
            return _chromium;
        }
    }

    public async ValueTask InitializeAsync() => _chromium = Chromium.Missing() is null ? await Chromium.StartAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.DisposeAsync();
    }
}
