using Bridge.Adapter.Directories;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Translation;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Directories;

/// <summary>A host that joins and leaves clusters while cnm-cni runs.</summary>
public sealed class DirectoryDiscoveryTests : IAsyncDisposable
{
    private readonly ScratchHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_cluster_that_is_joined_and_left_is_followed_and_each_change_is_logged_once()
    {
        var log = new LogLines<DirectoryDiscovery>();
        _host.Write($"{ScratchHost.CniDirectory}/10-own.conflist", Conflists.Plain);
        var discovery = _host.Discover(log: log);
        var changes = 0;
        discovery.Changed += () => changes++;
        var configurations = new ConfigurationDirectory(() => discovery.Current.ConfigurationDirectories);
        configurations.Load().Networks.Select(network => network.Name).Should().Equal("plain");
        await discovery.RefreshAsync(Cancellation);

        _host.Write($"{ScratchHost.K3sDirectory}/10-pods.conflist", Conflists.Stock);
        var k3s = await _host.RunAsync(ScratchHost.K3sSocket, ScratchHost.K3sDirectory);
        await discovery.RefreshAsync(Cancellation);
        await discovery.RefreshAsync(Cancellation);
        configurations.Load().Networks.Select(network => network.Name).Should().Equal("pods");
        configurations.Load().Find("plain")!.Source.Should().Be(_host.PathOf($"{ScratchHost.CniDirectory}/10-own.conflist"));

        await k3s.DisposeAsync();
        _host.Remove("/var/lib/rancher");
        _host.Remove("/run/k3s");
        await discovery.RefreshAsync(Cancellation);
        configurations.Load().Networks.Select(network => network.Name).Should().Equal("plain");
        configurations.Load().Find("pods").Should().BeNull();

        changes.Should().Be(2);
        log.Lines.Select(line => _host.Shown(line.Split(". ")[0])).Should().Equal(
            "CNI configuration directory: /etc/cni/net.d (the usual directory of CNI, and it has a configuration file)",
            $"CNI configuration directory: {ScratchHost.K3sDirectory} (k3s uses it, and it has a configuration file)",
            "CNI configuration directory: /etc/cni/net.d (the usual directory of CNI, and it has a configuration file)");
    }

    [Fact]
    public async Task The_plugins_of_a_cluster_that_was_left_are_still_found_while_they_are_there()
    {
        _host.Write("/srv/net.d/10-pods.conflist");
        _host.Write("/srv/bin/bridge");
        var containerd = await _host.RunAsync(ScratchHost.Containerd, "/srv/net.d", "/srv/bin");
        var discovery = _host.Discover();
        await discovery.RefreshAsync(Cancellation);
        discovery.Current.PluginDirectories[0].Should().Be(_host.PathOf("/srv/bin"));

        await containerd.DisposeAsync();
        _host.Remove("/srv/net.d");
        await discovery.RefreshAsync(Cancellation);

        _host.Shown(discovery.Current.ConfigurationDirectory).Should().Be(ScratchHost.CniDirectory);
        discovery.Current.PluginDirectories.Should().Contain(_host.PathOf("/srv/bin"));
    }

    [Fact]
    public async Task A_runtime_that_restarts_keeps_its_directory()
    {
        _host.Write("/srv/net.d/10-pods.conflist");
        _host.Write($"{ScratchHost.CniDirectory}/87-podman.conflist");
        var containerd = await _host.RunAsync(ScratchHost.Containerd, "/srv/net.d");
        var discovery = _host.Discover();
        await discovery.RefreshAsync(Cancellation);

        await containerd.DisposeAsync();
        await discovery.RefreshAsync(Cancellation);

        _host.Shown(discovery.Current.ConfigurationDirectory).Should().Be("/srv/net.d");
    }

    [Fact]
    public async Task A_silent_runtime_does_not_delay_what_is_read()
    {
        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");
        var k3s = await _host.RunAsync(ScratchHost.K3sSocket, "/srv/net.d");
        k3s.Silent.Add("");
        var discovery = _host.Discover();

        var refreshing = discovery.RefreshAsync(Cancellation);
        await k3s.FellSilent;
        _host.Shown(discovery.Current.ConfigurationDirectory).Should().Be(ScratchHost.K3sDirectory);
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        await refreshing;

        discovery.Current.Runtimes.Should().ContainSingle().Which.State.Should().Be(RuntimeState.Silent);
        _host.Shown(discovery.Current.ConfigurationDirectory).Should().Be(ScratchHost.K3sDirectory);
    }

    [Fact]
    public async Task The_loop_notices_a_cluster_by_its_files()
    {
        var settings = new AdapterSettings { Repair = new RepairSettings { Interval = TimeSpan.FromHours(1) } };
        var discovery = _host.Discover(settings);
        using var loop = new DirectoryDiscoveryLoop(
            discovery, new DirectoryChoice(_host.Places, settings), new DirectorySignal(), settings, TimeProvider.System,
            NullLogger<DirectoryDiscoveryLoop>.Instance);
        await loop.StartAsync(Cancellation);

        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");

        await Eventually.TrueAsync(
            () => discovery.Current.ConfigurationDirectory == _host.PathOf(ScratchHost.K3sDirectory), "the directory of k3s is in force");
        await loop.StopAsync(Cancellation);
    }
}
