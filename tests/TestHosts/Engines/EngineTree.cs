using System.Text.RegularExpressions;
using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts.Engines;

/// <summary>
/// A Debian of another release, unpacked into a directory, whose programs and libraries a test host uses in place of the machine's:
/// its Docker Engine, containerd, runc, CNI plugins, iptables and nftables. A host never changes it.
/// </summary>
/// <param name="Engine">The version of its Docker Engine.</param>
/// <param name="Path">The directory; it may not exist yet.</param>
public sealed partial record EngineTree(EngineVersion Engine, string Path)
{
    private const string Choice = "BRIDGE_ENGINE";
    private const string Cache = "BRIDGE_TREES";
    private const string DefaultCache = "/var/cache/bridge-test/trees";

    // The Debian suite of each engine.
    private static readonly Dictionary<EngineVersion, string> Suites = File.ReadLines(HostProcess.Script("engines.txt"))
        .Select(line => line.Split(' ')).ToDictionary(parts => EngineVersion.Parse(parts[0]), parts => parts[1]);

    // What host-init.sh takes from the tree.
    private static readonly string[] Replaced = ["/usr/", "/etc/", "/var/lib/"];

    // What a host takes from a tree. Each line names the places in which one file may be.
    private static readonly string[][] Needed =
        [.. File.ReadLines(HostProcess.Script("tree-files.txt")).Select(line => line.Split(' '))];

    /// <summary>A person has made it, and not make-tree.sh.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>The choice of BRIDGE_ENGINE; null: the machine's own engine.</summary>
    /// <exception cref="FormatException">The variable holds no version.</exception>
    public static EngineTree? Chosen => Requested is { } version ? Find(CacheDirectory, version) : null;

    /// <summary>The tree that a person has put into the directory under the engine's version (29.1 or 29.1.3), or else Debian's.</summary>
    /// <returns>null: there is neither.</returns>
    public static EngineTree? Find(string directory, EngineVersion engine)
    {
        var own = Directory.Exists(directory)
            ? Directory.GetDirectories(directory, $"{engine}*").Order(StringComparer.Ordinal)
                .FirstOrDefault(tree => Name().IsMatch(System.IO.Path.GetFileName(tree))
                    && EngineVersion.TryParse(System.IO.Path.GetFileName(tree)) == engine)
            : null;
        return own is not null ? new EngineTree(engine, own) { IsOwn = true }
            : Suites.TryGetValue(engine, out var suite) ? new EngineTree(engine, System.IO.Path.Combine(directory, suite))
            : null;
    }

    /// <returns>Why the chosen engine is not available; null when it is.</returns>
    internal static string? Missing()
    {
        if (Chosen is { } tree)
            return tree.Shortcoming();

        return Requested is { } requested && EngineVersion.OfMachine() is var installed && installed != requested
            ? $"{Choice}={requested} is not available: this machine has Docker {installed?.ToString() ?? "not at all"}, "
                + $"and trees can be made for {string.Join(" and ", Suites.Keys)}. Put a tree with that engine into "
                + $"{System.IO.Path.Combine(CacheDirectory, requested.ToString())}; docs/testing.md says how to make one."
            : null;
    }

    /// <returns>Why hosts cannot use the tree; null when they can.</returns>
    public string? Shortcoming()
    {
        if (!IsOwn && !Directory.Exists(System.IO.Path.Combine(Path, "usr")))
            return $"Docker {Engine} for test hosts is not in {Path}: make it with `{HostProcess.Script("make-tree.sh")} {Engine}`.";

        if (Needed.FirstOrDefault(places => !places.Any(Has)) is { } lacking)
            return $"The tree {Path} lacks {lacking[0]}, which test hosts need: put it there, or remove the tree.";

        // Debian's are checked when they are made.
        if (IsOwn && EngineVersion.OfTree(Path, Needed[0].First(Has)) is var found && found != Engine)
        {
            return $"The tree {Path} has Docker {found?.ToString() ?? "of an unknown version"}, not {Engine}: give the directory the "
                + "name of its version.";
        }

        return Replaced.FirstOrDefault(directory => AppContext.BaseDirectory.StartsWith(directory, StringComparison.Ordinal)) is { } hidden
            ? $"The tests are in {AppContext.BaseDirectory}, and a host with Docker {Engine} has another {hidden}: move the repository " +
                $"out of it."
            : null;
    }

    // A link may lead into /etc/alternatives, which is the tree's own only in the host; it counts although it leads nowhere here.
    private bool Has(string file) => System.IO.Path.Exists(System.IO.Path.Combine(Path, file));

    public static string CacheDirectory => Environment.GetEnvironmentVariable(Cache) is { Length: > 0 } cache ? cache : DefaultCache;

    private static EngineVersion? Requested =>
        Environment.GetEnvironmentVariable(Choice) is { Length: > 0 } text ? EngineVersion.Parse(text) : null;

    [GeneratedRegex("^[0-9]+[.][0-9]+([.][0-9]+)?$")]
    private static partial Regex Name();
}
