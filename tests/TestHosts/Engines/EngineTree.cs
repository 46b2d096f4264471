using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts.Engines;

/// <summary>
/// A Debian of another release, unpacked into a directory, whose programs and libraries a test host uses in place of the machine's:
/// its Docker Engine, containerd, runc, CNI plugins, iptables and nftables. A host never changes it.
/// </summary>
/// <param name="Engine">The version of its Docker Engine.</param>
/// <param name="Path">The directory; it may not exist yet.</param>
public sealed record EngineTree(EngineVersion Engine, string Path)
{
    private const string Choice = "BRIDGE_ENGINE";
    private const string Cache = "BRIDGE_TREES";
    private const string DefaultCache = "/var/cache/bridge-test/trees";

    // The Debian suite of each engine.
    private static readonly Dictionary<EngineVersion, string> Suites = File.ReadLines(HostProcess.Script("engines.txt"))
        .Select(line => line.Split(' ')).ToDictionary(parts => EngineVersion.Parse(parts[0]), parts => parts[1]);

    // What host-init.sh takes from the tree.
    private static readonly string[] Replaced = ["/usr/", "/etc/", "/var/lib/"];

    /// <summary>The choice of BRIDGE_ENGINE; null: the machine's own engine.</summary>
    /// <exception cref="FormatException">The variable holds no version.</exception>
    public static EngineTree? Chosen =>
        Requested is { } version && Suites.TryGetValue(version, out var suite)
            ? new EngineTree(version, System.IO.Path.Combine(CacheDirectory, suite))
            : null;

    /// <returns>Why the chosen engine is not available; null when it is.</returns>
    internal static string? Missing()
    {
        if (Chosen is { } tree)
            return tree.Shortcoming();

        return Requested is { } requested && EngineVersion.OfMachine() is var installed && installed != requested
            ? $"{Choice}={requested} is not available: this machine has Docker {installed?.ToString() ?? "not at all"}, "
                + $"and trees can be made for {string.Join(" and ", Suites.Keys)}."
            : null;
    }

    private string? Shortcoming()
    {
        if (!Directory.Exists(System.IO.Path.Combine(Path, "usr")))
            return $"Docker {Engine} for test hosts is not in {Path}: make it with `{HostProcess.Script("make-tree.sh")} {Engine}`.";

        return Replaced.FirstOrDefault(directory => AppContext.BaseDirectory.StartsWith(directory, StringComparison.Ordinal)) is { } hidden
            ? $"The tests are in {AppContext.BaseDirectory}, and a host with Docker {Engine} has another {hidden}: move the repository " +
                $"out of it."
            : null;
    }

    private static string CacheDirectory => Environment.GetEnvironmentVariable(Cache) is { Length: > 0 } cache ? cache : DefaultCache;

    private static EngineVersion? Requested =>
        Environment.GetEnvironmentVariable(Choice) is { Length: > 0 } text ? EngineVersion.Parse(text) : null;
}
