using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Docker;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Networks;

public sealed class AutoNetworksLoopTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("net.d-").FullName;
    private readonly NetworksSignal _signal = new();
    private ScriptedDocker _docker = null!;
    private DockerEngine _engine = null!;
    private AutoNetworksLoop _loop = null!;

    public async ValueTask InitializeAsync()
    {
        _docker = await ScriptedDocker.StartAsync();
        _engine = new DockerEngine(_docker.Socket, TimeProvider.System);
        // So long that a test which needed the interval would not end in time.
        var settings = new AdapterSettings { ConfigurationDirectory = _directory, Repair = new RepairSettings { Interval = TimeSpan.FromHours(1), OrphanGrace = TimeSpan.FromSeconds(1) } };
        var networks = new AutoNetworks(_engine, new ConfigurationDirectory(_directory), settings, TimeProvider.System, NullLogger<AutoNetworks>.Instance);
        _loop = new AutoNetworksLoop(networks, _signal, settings, TimeProvider.System, NullLogger<AutoNetworksLoop>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(CancellationToken.None);
        _loop.Dispose();
        _engine.Dispose();
        await _docker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Networks_come_and_go_with_the_files_of_the_directory()
    {
        await _loop.StartAsync(Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation); // Past the look at the beginning.

        Write("10-pods.conflist", Conflists.Stock);
        await UntilAsync(() => _docker.Names.Contains("pods"), Cancellation);
        Write("20-plain.conflist", Conflists.Plain);
        await UntilAsync(() => _docker.Names.Contains("plain"), Cancellation);
        File.Delete(Path.Combine(_directory, "10-pods.conflist"));
        await UntilAsync(() => !_docker.Names.Contains("pods"), Cancellation);

        _docker.Names.Should().Equal("plain");
    }

    [Fact]
    public async Task A_Docker_that_comes_back_is_given_its_networks()
    {
        var list = _docker.Script.Answers["GET /networks"];
        var asked = new TaskCompletionSource();
        _docker.Script.Answers["GET /networks"] = (context, _) =>
        {
            context.Abort();
            asked.TrySetResult();
            return Task.CompletedTask;
        };
        Write("10-pods.conflist", Conflists.Stock);
        await _loop.StartAsync(Cancellation);
        await asked.Task;

        _docker.Script.Answers["GET /networks"] = list;
        _signal.Raise();

        await UntilAsync(() => _docker.Names.Contains("pods"), Cancellation);
    }

    [Fact]
    public async Task A_round_that_fails_is_followed_by_the_next()
    {
        _docker.Script.Answers["GET /networks"] = ScriptedSocket.Json("""{"message":"no"}""", 500);
        Write("10-pods.conflist", Conflists.Stock);
        await _loop.StartAsync(Cancellation);
        await UntilAsync(() => _docker.Script.Questions.Count > 0, Cancellation);

        _signal.Raise();

        await UntilAsync(() => _docker.Script.Questions.Count > 1, Cancellation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cni/net.d")]
    public async Task A_directory_that_is_made_later_is_noticed_at_once(string below)
    {
        var missing = Path.Combine(_directory, below);
        Directory.Delete(_directory, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(_directory)!);
        var settings = new AdapterSettings { ConfigurationDirectory = missing, Repair = new RepairSettings { Interval = TimeSpan.FromHours(1), OrphanGrace = TimeSpan.FromSeconds(1) } };
        var networks = new AutoNetworks(_engine, new ConfigurationDirectory(missing), settings, TimeProvider.System, NullLogger<AutoNetworks>.Instance);
        using var later = new AutoNetworksLoop(networks, _signal, settings, TimeProvider.System, NullLogger<AutoNetworksLoop>.Instance);
        await later.StartAsync(Cancellation);
        await UntilAsync(() => _docker.Script.Questions.Count > 0, Cancellation);

        Directory.CreateDirectory(missing);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation); // Long enough for the round that finds it empty.
        File.WriteAllText(Path.Combine(missing, "10-pods.conflist"), Conflists.Stock);

        await UntilAsync(() => _docker.Names.Contains("pods"), Cancellation);
        await later.StopAsync(Cancellation);
        Directory.CreateDirectory(_directory);
    }

    [Fact]
    public async Task A_directory_that_is_put_in_place_of_the_old_one_is_noticed_at_once()
    {
        await _loop.StartAsync(Cancellation);
        await UntilAsync(() => _docker.Script.Questions.Count > 0, Cancellation);

        var other = Directory.CreateTempSubdirectory("net.d-new-").FullName;
        File.WriteAllText(Path.Combine(other, "10-pods.conflist"), Conflists.Stock);
        Directory.Delete(_directory);
        Directory.Move(other, _directory);

        await UntilAsync(() => _docker.Names.Contains("pods"), Cancellation);
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(20, cancellationToken);
    }

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_directory, file), content);
}
