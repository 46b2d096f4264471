using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>A compose file, and what docker-compose makes of it in a test host; taken down at the end.</summary>
internal sealed class ComposeProject(TestHost host, string file) : IAsyncDisposable
{
    private const string Path = "/run/bridge-test/docker-compose.yml";

    /// <summary><c>docker-compose ARGUMENTS</c>, which must succeed.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        (await TryAsync(arguments, cancellationToken)).EnsureSuccess().Output;

    /// <summary><c>docker-compose ARGUMENTS</c>, which may fail.</summary>
    public async Task<CommandResult> TryAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(host.PathOf(Path), file, cancellationToken);
        return await host.ComposeAsync(["--project-name", "demo", "--file", Path, .. arguments], cancellationToken);
    }

    /// <returns>The ids of a service's running containers.</returns>
    public async Task<IReadOnlyList<string>> ContainersAsync(string service, CancellationToken cancellationToken)
    {
        var filter =
            (string[])["--filter", "label=com.docker.compose.project=demo", "--filter", $"label=com.docker.compose.service={service}"];
        var ids = (await host.DockerAsync(["ps", "--quiet", "--no-trunc", .. filter], cancellationToken)).EnsureSuccess().Output;
        return ids.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync() => await TryAsync(["down", "--remove-orphans"], CancellationToken.None);
}
