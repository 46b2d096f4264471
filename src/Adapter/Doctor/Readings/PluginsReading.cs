using System.Text;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The plugins that the CNI networks name.</summary>
internal sealed record PluginsReading(IReadOnlyList<InstalledPlugin> Plugins)
{
    // The package of the stock plugins that prints their version (pkg/utils/buildversion).
    private static readonly byte[] StockCode = Encoding.ASCII.GetBytes("containernetworking/plugins/pkg/utils/buildversion");

    /// <param name="networks">The CNI networks.</param>
    /// <param name="path">Where plugins are.</param>
    /// <param name="settings">Their environment, and their time.</param>
    /// <param name="limit">The longest time for one plugin.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends the plugins.</param>
    public static async Task<PluginsReading> ReadAsync(
        IReadOnlyList<NetworkConfiguration> networks, PluginPath path, AdapterSettings settings, TimeSpan limit, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var deadlines = settings.Timeouts.Deadlines with { Version = limit, TerminationGrace = TimeSpan.Zero };
        // Without a directory for answers: that would be a change, and an answer of before is no answer.
        var runtime = new CniRuntime(
            new RequestExecutor(new PluginProcess(timeProvider), settings.PluginEnvironment, new PluginPriority()), path, deadlines,
            timeProvider);
        var shell = new HostShell(timeProvider);
        var users = networks
            .SelectMany(network => network.Plugins, (network, plugin) => (network.Name, Types: new[] { plugin.Type, plugin.IpamType }))
            .SelectMany(use => use.Types.OfType<string>(), (use, type) => (Type: type, use.Name))
            .ToLookup(use => use.Type, use => use.Name, StringComparer.Ordinal);
        return new PluginsReading(await Task.WhenAll(users.Select(async use =>
            await ReadAsync(use.Key, [.. use.Distinct()], path, runtime, shell, limit, cancellationToken))));
    }

    private static async Task<InstalledPlugin> ReadAsync(
        string type, IReadOnlyList<string> networks, PluginPath path, CniRuntime runtime, HostShell shell, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        string file;
        try
        {
            file = path.Find(type);
        }
        catch (CniException missing)
        {
            return new InstalledPlugin(type, networks) { WhyMissing = missing.Msg };
        }

        var (isStock, release) = await ReleaseAsync(file, shell, limit, cancellationToken);
        var found = new InstalledPlugin(type, networks)
        {
            File = file,
            WhyUnsafe = Unsafe(file) ?? Unsafe(Path.GetDirectoryName(file)!),
            IsStock = isStock,
            Release = release,
        };
        try
        {
            return found with { Supported = (await runtime.VersionAsync(type, cancellationToken)).Supported };
        }
        catch (CniException unusable)
        {
            return found with { WhySilent = unusable.Message };
        }
    }

    private static string? Unsafe(string path) => !LibC.TryStat(path, out var status) ? null
        : status.IsWritableByAll ? $"every user may write to {path}"
        : status.stx_uid != 0 ? $"{path} belongs to user {status.stx_uid}"
        : null;

    // A stock plugin prints its version when CNI_COMMAND is not set. A program of unknown origin is not started for that.
    private static async Task<(bool IsStock, Version? Release)> ReleaseAsync(
        string file, HostShell shell, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return Contains(file, StockCode)
                ? (true, PluginRelease.Printed(await shell.RunAsync(file, "", limit, cancellationToken)) ?? PluginRelease.Packaged(file))
                : (false, null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CniException or SourceException)
        {
            return (false, null);
        }
    }

    private static bool Contains(string file, byte[] text)
    {
        const int Largest = 64 << 20;
        return LibC.TryStat(file, out var status) && status is { IsRegular: true, stx_size: <= Largest }
            && File.ReadAllBytes(file).AsSpan().IndexOf(text) >= 0;
    }
}

/// <summary>A plugin that networks name.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Networks">The CNI networks that name it.</param>
internal sealed record InstalledPlugin(string Type, IReadOnlyList<string> Networks)
{
    /// <summary>Its file; null where there is none that can be run.</summary>
    public string? File { get; init; }

    /// <summary>Why there is none, with what to do.</summary>
    public string? WhyMissing { get; init; }

    /// <summary>Why others than root decide what runs there, as a sentence without a full stop; null where they do not.</summary>
    public string? WhyUnsafe { get; init; }

    /// <summary>It is one of containernetworking/plugins.</summary>
    public bool IsStock { get; init; }

    /// <summary>The release of a stock plugin; null of others, and where it is not known.</summary>
    public Version? Release { get; init; }

    /// <summary>The versions of the protocol in its answer to VERSION; empty without one.</summary>
    public IReadOnlyList<string> Supported { get; init; } = [];

    /// <summary>Why it did not answer VERSION.</summary>
    public string? WhySilent { get; init; }
}
