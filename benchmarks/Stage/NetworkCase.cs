namespace Bridge.Benchmarks.Stage;

/// <summary>One way in which a container gets its network.</summary>
/// <param name="Name">For the command line and the tables.</param>
/// <param name="Network">Docker's name of the network; null: it is a pod.</param>
/// <param name="Gateway">The host's address on it; null: it has none.</param>
/// <param name="Options">Of `docker network create`; null: Docker or the pod runtime makes it.</param>
internal sealed record NetworkCase(string Name, string? Network, string? Gateway, IReadOnlyList<string>? Options = null)
{
    public const string None = "none";
    public const string Docker0 = "docker0";
    public const string UserBridge = "bridge";
    public const string Staged = "staged";
    public const string Sandbox = "sandbox";
    public const string Warm = "warm";
    public const string Reuse = "warm+reuse";
    public const string WarmSandbox = "sandbox+warm";
    public const string Pod = "pod";

    /// <summary>Of cnm-cni.</summary>
    public static IReadOnlyList<string> OfCni { get; } = [Staged, Sandbox, Warm, Reuse, WarmSandbox];

    public static IReadOnlyList<string> Names { get; } = [None, Docker0, UserBridge, .. OfCni, Pod];

    /// <summary>Whether cnm-cni takes part.</summary>
    public bool IsOurs => OfCni.Contains(Name);
}
