using Bridge.Adapter.Ui.Picture;

namespace Bridge.Adapter.Ui.Server;

/// <summary>
/// The picture, and the browsers that get it. Each change is written once, and then given to all; a browser that is slow costs its queue,
/// and nobody waits for it. Any thread.
/// </summary>
/// <param name="host">The name of this host.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="wanted">Called when a browser waits for a picture that is to be made.</param>
internal sealed class Browsers(string host, TimeProvider timeProvider, Action? wanted = null)
{
    /// <summary>Of browsers at the same time.</summary>
    public const int Most = 8;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<Browser> _browsers = [];
    private readonly PictureState _picture = new(host);

    // The picture is not older than the first browser's connection.
    private bool _isFresh;

    /// <summary>Whether any is connected.</summary>
    public Presence Presence { get; } = new();

    /// <summary>Whether a browser still waits for its first picture.</summary>
    public bool AwaitPicture
    {
        get
        {
            lock (_gate)
                return !_isFresh;
        }
    }

    /// <summary>The names of the networks' links.</summary>
    public IReadOnlyList<string> NetworkLinks
    {
        get
        {
            lock (_gate)
                return _picture.NetworkLinks;
        }
    }

    /// <summary>The members of the last picture, and their keys by address.</summary>
    public (IReadOnlyList<MemberPart> Members, IReadOnlyDictionary<string, string> Keys) Members
    {
        get
        {
            lock (_gate)
                return (_picture.Members, _picture.KeysByAddress);
        }
    }

    /// <returns>Null: there are too many.</returns>
    public Browser? Join()
    {
        lock (_gate)
        {
            if (_browsers.Count >= Most)
                return null;

            var browser = new Browser();
            _browsers.Add(browser);
            Presence.Set(true);
            if (!_isFresh)
                wanted?.Invoke();

            return browser;
        }
    }

    public void Leave(Browser browser)
    {
        lock (_gate)
        {
            _browsers.Remove(browser);
            if (_browsers.Count > 0)
                return;

            _isFresh = false;
            Presence.Set(false);
        }
    }

    /// <summary>The picture as it is now.</summary>
    public void Replace(PictureContent content)
    {
        lock (_gate)
        {
            if (_picture.Replace(content, timeProvider.GetUtcNow()) is { } change)
                Send_NeedsLock(change);

            if (_isFresh)
                return;

            _isFresh = true;
            foreach (var browser in _browsers)
                browser.Wake();
        }
    }

    /// <summary>An event that is not of the picture.</summary>
    public void Send(byte[] one)
    {
        lock (_gate)
            Send_NeedsLock(one);
    }

    /// <returns>What the browser gets next; null: nothing within the limit.</returns>
    public async Task<byte[]?> NextAsync(Browser browser, TimeSpan limit, CancellationToken cancellationToken)
    {
        do
        {
            if (Take(browser) is { } next)
                return next;
        }
        while (await browser.WaitAsync(limit, cancellationToken));

        return Take(browser);
    }

    private byte[]? Take(Browser browser)
    {
        lock (_gate)
        {
            if (!browser.NeedsPicture || !_isFresh)
                return browser.Take();

            browser.NeedsPicture = false;
            browser.Clear();
            return _picture.Whole();
        }
    }

    private void Send_NeedsLock(byte[] one)
    {
        foreach (var browser in _browsers)
            browser.Add(one);
    }
}
