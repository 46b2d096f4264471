using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Cri;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Directories;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Networks;

public sealed class AutoNetworksLoopTests : AutoNetworksTest
{
    private readonly NetworksSignal _signal = new();
    private AutoNetworksLoop _loop = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _loop = Loop(ConfigurationPath);
    }

    public override async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(CancellationToken.None);
        _loop.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Networks_are_created_and_removed_with_the_files_of_the_directory()
    {
        await _loop.StartAsync(Cancellation);
        await PassesAsync(more: 0);

        Write("10-pods.conflist", Conflists.Stock);
        await HasNetworkAsync("pods");
        Write("20-plain.conflist", Conflists.Plain);
        await HasNetworkAsync("plain");
        File.Delete(Path.Combine(ConfigurationPath, "10-pods.conflist"));
        await HasNetworkAsync("pods", there: false);

        Docker.Names.Should().Equal("plain");
    }

    [Fact]
    public async Task Networks_are_created_when_Docker_is_back()
    {
        var list = Docker.Script.Answers["GET /networks"];
        var asked = new TaskCompletionSource();
        Docker.Script.Answers["GET /networks"] = (context, _) =>
        {
            context.Abort();
            asked.TrySetResult();
            return Task.CompletedTask;
        };
        Write("10-pods.conflist", Conflists.Stock);
        await _loop.StartAsync(Cancellation);
        await asked.Task;

        Docker.Script.Answers["GET /networks"] = list;
        _signal.Raise();

        await HasNetworkAsync("pods");
    }

    [Fact]
    public async Task A_failed_pass_is_followed_by_the_next()
    {
        Docker.Script.Answers["GET /networks"] = ScriptedSocket.Json("""{"message":"no"}""", 500);
        Write("10-pods.conflist", Conflists.Stock);
        await _loop.StartAsync(Cancellation);
        await PassesAsync(more: 0);

        _signal.Raise();

        await PassesAsync(more: 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cni/net.d")]
    public async Task A_directory_that_is_made_later_is_noticed_at_once(string below)
    {
        var missing = Path.Combine(ConfigurationPath, below);
        Directory.Delete(ConfigurationPath, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(ConfigurationPath)!);
        using var later = Loop(missing);
        await later.StartAsync(Cancellation);
        await PassesAsync(more: 0);

        Directory.CreateDirectory(missing);
        await PassesAsync(more: 1); // It finds the directory empty.
        File.WriteAllText(Path.Combine(missing, "10-pods.conflist"), Conflists.Stock);

        await HasNetworkAsync("pods");
        await later.StopAsync(Cancellation);
        Directory.CreateDirectory(ConfigurationPath);
    }

    [Fact]
    public async Task A_directory_that_replaces_the_old_one_is_noticed_at_once()
    {
        await _loop.StartAsync(Cancellation);
        await PassesAsync(more: 0);

        var other = Directory.CreateTempSubdirectory("net.d-new-").FullName;
        File.WriteAllText(Path.Combine(other, "10-pods.conflist"), Conflists.Stock);
        Directory.Delete(ConfigurationPath);
        Directory.Move(other, ConfigurationPath);

        await HasNetworkAsync("pods");
    }

    [Fact]
    public async Task A_cluster_that_is_joined_gets_its_Docker_networks_and_the_former_ones_go_once_they_are_unused()
    {
        await using var host = new ScratchHost();
        var discovery = host.Discover();
        host.Write($"{ScratchHost.CniDirectory}/10-plain.conflist", Conflists.Plain);
        var settings = Settings(null);
        var networks = Networks(() => discovery.Current.ConfigurationDirectories, settings, TimeProvider.System);
        using var loop = Loop(networks, discovery, settings);
        await loop.StartAsync(Cancellation);
        await HasNetworkAsync("plain");

        host.Write($"{ScratchHost.K3sDirectory}/10-pods.conflist", Conflists.Stock);
        await host.RunAsync(ScratchHost.K3sSocket, ScratchHost.K3sDirectory);
        Docker.AddContainer("plain");
        await discovery.RefreshAsync(Cancellation);
        await HasNetworkAsync("pods");
        Docker.Names.Should().Equal("plain", "pods");

        Docker.RemoveContainers();
        _signal.Raise();
        await HasNetworkAsync("plain", there: false);
        await loop.StopAsync(Cancellation);
    }

    // The interval is so long that a test which needed it would not end in time.
    private AutoNetworksLoop Loop(string configurationDirectory)
    {
        var settings = Settings(configurationDirectory);
        var places = new KnownPlaces("/nonexistent");
        var discovery = new DirectoryDiscovery(
            new RuntimeSurvey(places, settings, new CriClients(TimeProvider.System)), new DirectoryChoice(places, settings),
            NullLogger<DirectoryDiscovery>.Instance);
        return Loop(Networks(settings, TimeProvider.System, NullLogger<AutoNetworks>.Instance), discovery, settings);
    }

    private AutoNetworksLoop Loop(AutoNetworks networks, DirectoryDiscovery discovery, AdapterSettings settings) =>
        new(networks, _signal, discovery, settings, TimeProvider.System, NullLogger<AutoNetworksLoop>.Instance);

    private static AdapterSettings Settings(string? configurationDirectory) => new()
    {
        ConfigurationDirectory = configurationDirectory,
        Repair = new RepairSettings { Interval = TimeSpan.FromHours(1), OrphanGrace = TimeSpan.FromSeconds(1) },
    };

    private Task PassesAsync(int more) => Eventually.TrueAsync(
        () => Docker.Script.Questions.Count(question => question.StartsWith("GET /networks", StringComparison.Ordinal)) > more,
        "Docker is asked for its networks");

    private Task HasNetworkAsync(string name, bool there = true) =>
        Eventually.TrueAsync(() => Docker.Names.Contains(name) == there, $"Docker {(there ? "has" : "lost")} the network {name}");
}
