using Bridge.Adapter.Directories;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Traffic;
using CniInvoker;

namespace Bridge.Adapter.Ui;

/// <summary>Reads what this host shows: its links, the CNI networks' files, the other runtime's results. Changes nothing.</summary>
/// <param name="netlink">Of this host; only this object uses it.</param>
/// <param name="settings">Where the files are.</param>
/// <param name="results">libcni's directory.</param>
internal sealed class HostReading(RouteNetlink netlink, AdapterSettings settings, string results) : IDisposable
{
    private readonly CachedResults _results = new(results);
    private ConfigurationDirectory? _configurations;

    /// <summary>What was read last. Any thread.</summary>
    public HostView Last { get; private set => Volatile.Write(ref field, value); } = new(HostLinks.None, new CachedResults(results), null);

    /// <summary>One call at a time.</summary>
    public async Task<HostView> ReadAsync(CancellationToken cancellationToken)
    {
        if (_configurations is null)
        {
            var found = await DirectoryLookup.FindAsync(settings, cancellationToken);
            _configurations = new ConfigurationDirectory(() => found.ConfigurationDirectories);
        }

        _results.Refresh();
        return Last = new HostView(Links(), _results, _configurations.Load());
    }

    public void Dispose() => netlink.Dispose();

    private HostLinks Links()
    {
        try
        {
            return HostLinks.Read(netlink);
        }
        catch (KernelException)
        {
            return Last.Links; // They changed all the time, for instance: the next reading is soon.
        }
    }
}
