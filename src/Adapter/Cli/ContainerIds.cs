using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli;

/// <summary>
/// Container ids in place of names, as <c>docker ps</c> and <c>docker run -d</c> print them. Docker never tells a driver these ids, so the
/// command asks Docker for the name.
/// </summary>
internal static class ContainerIds
{
    // As docker ps prints them. Shorter ones are rather names, or endpoint ids.
    private const int Shortest = 12;
    private const int Longest = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <returns>The name of the container whose id begins so; the target itself where there is none, or Docker does not answer.</returns>
    public static async Task<string> NameOfAsync(string target, AdapterSettings settings, CancellationToken cancellationToken) =>
        (await NamesOfAsync([target], settings, cancellationToken))[0];

    /// <inheritdoc cref="NameOfAsync"/>
    public static async Task<IReadOnlyList<string>> NamesOfAsync(
        IReadOnlyList<string> targets, AdapterSettings settings, CancellationToken cancellationToken)
    {
        if (!targets.Any(IsId))
            return targets;

        var containers = await ContainersAsync(settings, cancellationToken);
        return [.. targets.Select(target => IsId(target) ? NameOf(target, containers) ?? target : target)];
    }

    private static bool IsId(string target) => target.Length is >= Shortest and <= Longest && target.All(char.IsAsciiHexDigitLower);

    private static string? NameOf(string target, IReadOnlyList<DockerContainer> containers) =>
        containers.FirstOrDefault(container => container.Id?.StartsWith(target, StringComparison.Ordinal) == true)
            is { Name.Length: > 0 } found ? found.Name : null;

    private static async Task<IReadOnlyList<DockerContainer>> ContainersAsync(
        AdapterSettings settings, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var docker = new DockerEngine(settings.DockerSocket, TimeProvider.System);
            return await docker.ContainersAsync(deadline.Token);
        }
        catch (DockerException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}
