using System.Globalization;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Plugin.Tests;

/// <summary>A test host without an engine, for the tests of one class: the stock plugins, and the program that runs them.</summary>
public class PluginHost : IAsyncLifetime
{
    private TestHost? _host;
    private int _names;

    public TestHost Host => _host ?? throw new InvalidOperationException(MissingRequirement ?? "The host is not started.");

    /// <summary>Why this machine cannot be a host; null when it can.</summary>
    public string? MissingRequirement { get; } = HostRequirements.Missing(withEngine: false);

    /// <summary>
    /// The stock plugins are current (1.9.1, specification 1.1.0), not Debian 12's (1.1.1, specification 1.0.0), which had no tap
    /// plugin yet.
    /// </summary>
    public static bool HasNewPlugins { get; } = File.Exists($"{EngineTree.Chosen?.Path}{HostRequirements.PluginDirectory}/tap");

    /// <summary>A name for a sandbox, unique on the host.</summary>
    public string NewName() => string.Create(CultureInfo.InvariantCulture, $"box{++_names}");

    public async ValueTask InitializeAsync()
    {
        if (MissingRequirement is not null)
            return;

        CnmCniBinary.Require();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        _host = await TestHost.StartAsync(new TestHostOptions { StartEngine = false }, deadline.Token);
        await FurnishAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();

        GC.SuppressFinalize(this);
    }

    /// <summary>Sets up what the tests of a class need besides the plugins.</summary>
    protected virtual Task FurnishAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
