using Bridge.Benchmarks.Sections;
using Bridge.Benchmarks.Stage;

namespace Bridge.Benchmarks.Results;

/// <summary>How a target is compared with what was measured.</summary>
internal enum Comparison
{
    /// <summary>The median, in the unit of the series.</summary>
    Median,

    /// <summary>The ratio of the medians of the case and its reference.</summary>
    Ratio,

    /// <summary>The difference of these medians, in the unit of the series.</summary>
    Difference,
}

/// <summary>What the project wants to reach.</summary>
/// <param name="Name">For the page.</param>
/// <param name="What">The table.</param>
/// <param name="Case">The row.</param>
/// <param name="Comparison">What is compared with the bound.</param>
/// <param name="Bound">To be kept.</param>
internal sealed record Target(string Name, string What, string Case, Comparison Comparison, double Bound)
{
    /// <summary>The bound is the least value, not the greatest.</summary>
    public bool IsLeast { get; init; }

    /// <summary>Of the bound, unless it is a ratio.</summary>
    public string Unit { get; init; } = "ms";

    /// <summary>The only engine for which it holds; null: every engine.</summary>
    public string? Engine { get; init; }

    // From Docker 28 on a container's sandbox exists at Join, which "sandbox" needs.
    private const string Newest = "28.5";
    private const string Oldest = "20.10";

    public static IReadOnlyList<Target> All { get; } =
    [
        Run(NetworkCase.Staged, 1.25),
        Run(NetworkCase.Sandbox, 1.08) with { Engine = Newest },
        Run(NetworkCase.Warm, 0.97) with { Engine = Newest },
        Run(NetworkCase.WarmSandbox, 0.97) with { Engine = Newest },
        Run(NetworkCase.Warm, 1.0) with { Engine = Oldest },
        Removal(NetworkCase.Staged),
        Removal(NetworkCase.Sandbox) with { Engine = Newest },
        Removal(NetworkCase.Warm),
        Removal(NetworkCase.Reuse),
        Removal(NetworkCase.WarmSandbox) with { Engine = Newest },
        new("start to first packet, warm ÷ docker0", Starts.FirstPacket, NetworkCase.Warm, Comparison.Ratio, 1.0),
        new("start to first packet, sandbox+warm ÷ docker0", Starts.FirstPacket, NetworkCase.WarmSandbox, Comparison.Ratio, 1.0)
            { Engine = Newest },
        new("containers per second, 16 at once, staged ÷ docker0", Throughput.PerSecond(16), NetworkCase.Staged, Comparison.Ratio, 0.8)
            { IsLeast = true },
        new("containers per second, 16 at once, warm+reuse ÷ docker0", Throughput.PerSecond(16), NetworkCase.Reuse, Comparison.Ratio, 1.0)
            { IsLeast = true },
        new("own share, staged", Starts.OwnShare, NetworkCase.Staged, Comparison.Median, 25),
        new("own share, staged, 1000 attachments present", Present.OwnShareAt(1000), NetworkCase.Staged, Comparison.Median, 25),
        new("own share, sandbox", Starts.OwnShare, NetworkCase.Sandbox, Comparison.Median, 3) { Engine = Newest },
        new("own share, sandbox, 1000 attachments present", Present.OwnShareAt(1000), NetworkCase.Sandbox, Comparison.Median, 3)
            { Engine = Newest },
        new("TCP throughput, container → pod ÷ pod → pod", DataPath.Rate, DataPath.ContainerToPod, Comparison.Ratio, 0.97)
            { IsLeast = true },
        new("TCP throughput, pod → container ÷ pod → pod", DataPath.Rate, DataPath.PodToContainer, Comparison.Ratio, 0.97)
            { IsLeast = true },
        new("listening after the start", Footprint.Listening, Footprint.Daemon, Comparison.Median, 40),
        new("`cnm-cni version`", Footprint.Version, Footprint.CnmCni, Comparison.Median, 10),
        new("`cni add` and `cni del` ÷ a native program with CniInvoker", Footprint.Chain, Footprint.CnmCni, Comparison.Ratio, 1.5),
        new("resident memory, idle", Present.Memory, Present.At(0), Comparison.Median, 35) { Unit = "MB" },
        new("resident memory, 1000 attachments", Present.Memory, Present.At(1000), Comparison.Median, 45) { Unit = "MB" },
        new("answering after `kill -9` with 1000 attachments", Present.Recovery, Present.At(1000), Comparison.Median, 1000),
    ];

    private static Target Run(string name, double bound) =>
        new($"`docker run --rm`, {name} ÷ docker0", Starts.Run, name, Comparison.Ratio, bound);

    private static Target Removal(string name) =>
        new($"`docker rm -f`, {name} − docker0", Starts.Removal, name, Comparison.Difference, 5);

    /// <returns>Null: not measured.</returns>
    public Estimate? Of(EngineResults results)
    {
        var series = results.Sections.SelectMany(section => section.Series).Where(each => each.What == What).ToArray();
        if (Array.Find(series, each => each.Case == Case) is not { Values.Count: > 0 } own)
            return null;

        if (Comparison == Comparison.Median)
            return Statistics.Alone(own.Values);

        if (Array.Find(series, each => each.Case == own.Reference) is not { Values.Count: > 0 } reference)
            return null;

        return Comparison == Comparison.Ratio
            ? Statistics.Ratio(own.Values, reference.Values)
            : Statistics.Difference(own.Values, reference.Values);
    }

    /// <summary>By the measured median, not by the interval around it.</summary>
    public bool IsMet(Estimate measured) => IsLeast ? measured.Value >= Bound : measured.Value <= Bound;
}
