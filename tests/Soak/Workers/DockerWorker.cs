using System.Globalization;
using Bridge.Soak.Stage;

namespace Bridge.Soak.Workers;

/// <summary>A user with a few containers, who starts, stops, connects and removes them at random.</summary>
internal sealed class DockerWorker(
    int number, Random random, DockerCommands docker, IReadOnlyList<string> networks, TimeProvider timeProvider)
{
    private const int MostContainers = 4;
    private const int LongestPause = 600;
    private const int LongestPauseAfterFailure = 2000;
    private const int PortsPerWorker = 1000;
    private const int FirstPort = 20000;

    private readonly List<string> _containers = [];
    private int _made;

    /// <summary>Until it is stopped; the current command is completed.</summary>
    public async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var succeeded = await ActAsync();

            // dockerd may be down for seconds: there is a pause between requests.
            await PauseAsync(succeeded ? LongestPause : LongestPauseAfterFailure, stop);
        }
    }

    private Task<bool> ActAsync()
    {
        var dice = random.Next(100);
        return _containers.Count switch
        {
            0 => dice < 25 ? VisitAsync() : RunAsync(),
            >= MostContainers when dice < 50 => RemoveAsync(),
            _ => dice switch
            {
                < 22 => RunAsync(),
                < 36 => VisitAsync(),
                < 46 => OnOneAsync("restart", "--time", "1"),
                < 55 => OnOneAsync("stop", "--time", "1"),
                < 66 => OnOneAsync("start"),
                < 76 => NetworkAsync("connect"),
                < 84 => NetworkAsync("disconnect"),
                _ => RemoveAsync(),
            },
        };
    }

    private Task<bool> RunAsync()
    {
        var name = NextName();
        _containers.Add(name); // Also when it fails: Docker may have kept it.
        return TryAsync("docker run -d", ["run", "--detach", "--name", name, .. Network(), .. Port(), .. Policy(), SoakStage.Image]);
    }

    private async Task<bool> VisitAsync()
    {
        var name = NextName();
        var succeeded =
            await TryAsync("docker run --rm", ["run", "--rm", "--name", name, .. Network(), .. Port(), SoakStage.Image, "true"]);
        if (!succeeded)
            _containers.Add(name);

        return succeeded;
    }

    private Task<bool> OnOneAsync(string verb, params string[] options) => TryAsync($"docker {verb}", [verb, .. options, AnyContainer()]);

    private Task<bool> NetworkAsync(string verb)
    {
        // To one on another bridge most of the time: two interfaces in one subnet are refused.
        var network = random.Next(5) > 0 ? AnyOf([SoakStage.Second, SoakStage.Direct]) : AnyNetwork();
        IReadOnlyList<string> address = verb == "connect" && network == SoakStage.Reserved ? Address() : [];
        return TryAsync($"docker network {verb}", ["network", verb, .. address, network, AnyContainer()]);
    }

    private async Task<bool> RemoveAsync()
    {
        var name = AnyContainer();
        var result = await docker.RunAsync("docker rm -f", ["rm", "--force", name], CancellationToken.None);
        if (result is { Succeeded: true } || result?.StandardError.Contains("No such container", StringComparison.Ordinal) == true)
            _containers.Remove(name);

        return result?.Succeeded == true;
    }

    private async Task<bool> TryAsync(string kind, IReadOnlyList<string> arguments) =>
        await docker.RunAsync(kind, arguments, CancellationToken.None) is { Succeeded: true };

    private async Task PauseAsync(int longest, CancellationToken stop)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(longest)), timeProvider, stop);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private string NextName() => string.Create(CultureInfo.InvariantCulture, $"w{number}-{++_made}");

    private string AnyContainer() => _containers[random.Next(_containers.Count)];

    private string AnyNetwork() => AnyOf([SoakStage.Reserved, SoakStage.Reserved, SoakStage.Unreserved, SoakStage.Direct]);

    // Of those that the engine can have.
    private string AnyOf(IEnumerable<string> wanted)
    {
        string[] possible = [.. wanted.Where(networks.Contains)];
        return possible[random.Next(possible.Length)];
    }

    private IReadOnlyList<string> Network()
    {
        var network = AnyNetwork();
        return network == SoakStage.Reserved ? ["--network", network, .. Address()] : ["--network", network];
    }

    // A requested address that may be taken already.
    private IReadOnlyList<string> Address() =>
        random.Next(5) == 0 ? ["--ip", string.Create(CultureInfo.InvariantCulture, $"10.90.0.{random.Next(100, 250)}")] : [];

    private IReadOnlyList<string> Port() => random.Next(4) switch
    {
        0 => ["--publish", "80"],
        1 => ["--publish",
            string.Create(CultureInfo.InvariantCulture, $"{FirstPort + (PortsPerWorker * number) + (_made % PortsPerWorker)}:80")],
        _ => [],
    };

    private IReadOnlyList<string> Policy() => random.Next(6) == 0 ? ["--restart", "always"] : [];
}
