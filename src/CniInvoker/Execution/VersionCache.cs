using System.Collections.Concurrent;

namespace CniInvoker;

/// <summary>What plugins answered to VERSION: asked again only when the binary has changed (path, device, inode, size, time of change).</summary>
internal sealed class VersionCache
{
    private readonly ConcurrentDictionary<string, (FileIdentity Binary, PluginVersions Versions)> _known = new(StringComparer.Ordinal);

    /// <param name="path">The binary.</param>
    /// <param name="ask">Asks the plugin. What it throws is not kept.</param>
    public async Task<PluginVersions> GetAsync(string path, Func<Task<PluginVersions>> ask)
    {
        // Taken before the question: a binary that is replaced meanwhile is asked again the next time.
        var binary = FileIdentity.Of(path);
        if (binary is not null && _known.TryGetValue(path, out var known) && known.Binary == binary)
            return known.Versions;

        var versions = await ask().ConfigureAwait(false);
        if (binary is { } asked)
            _known[path] = (asked, versions);

        return versions;
    }
}
