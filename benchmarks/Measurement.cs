using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Sections;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;
using Grpc.Core;

namespace Bridge.Benchmarks;

/// <summary>Runs the sections, keeps what they measured, and writes the page.</summary>
internal static class Measurement
{
    private delegate Task Section(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken);

    private static readonly (string Name, Section Measure)[] All =
    [
        ("starts", Starts.MeasureAsync),
        ("throughput", Throughput.MeasureAsync),
        ("present", Present.MeasureAsync),
        ("scale", Scale.MeasureAsync),
        ("processor", Processor.MeasureAsync),
        ("datapath", DataPath.MeasureAsync),
        ("footprint", Footprint.MeasureAsync),
        ("invoker", InvokerRuns.MeasureAsync),
    ];

    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<string> Sections { get; } = [.. All.Select(section => section.Name)];

    /// <param name="options">What is measured.</param>
    /// <param name="command">As typed.</param>
    /// <param name="cancellationToken">Stops everything.</param>
    /// <returns>The exit status: 1 when a section failed. A missed target is a result.</returns>
    public static async Task<int> RunAsync(BenchmarkOptions options, string command, CancellationToken cancellationToken)
    {
        var version = EngineTree.Chosen?.Engine ?? EngineVersion.OfMachine()
            ?? throw new InvalidOperationException("This machine has no dockerd, and --engine names none.");
        var engine = version.ToString();
        var origin = await Origins.OfAsync(engine, command, cancellationToken);
        var results = options.IsQuick ? new EngineResults(engine, []) : EngineResults.Load(Root, engine);
        var hasFailed = false;
        foreach (var (name, measure) in All.Where(section => options.IncludesSection(section.Name)))
        {
            var samples = new Samples();
            try
            {
                await measure(options, samples, cancellationToken);
            }
            catch (Exception failure) when (
                failure is InvalidOperationException or CommandFailedException or TimeoutException or IOException or RpcException)
            {
                hasFailed = true;
                samples.Note($"not finished: {failure.Message.Split('\n')[0]}");
                Progress.Tell($"{name} failed: {failure}");
            }

            var at = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            results = results.With(new SectionResult(name, origin with { Date = at }, samples.Series, samples.Notes), Sections);
            if (!options.IsQuick)
                results.Save(Root); // After each section: an interrupted run keeps what it has.
        }

        Console.WriteLine(Page.Of(results));
        if (!options.IsQuick)
            Page.Write(Path.Combine(Root, "docs", "performance.md"), EngineResults.All(Root));

        return hasFailed ? 1 : 0;
    }

    private static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Bridge.sln")))
                    return folder.FullName;
            }

            return Environment.CurrentDirectory;
        }
    }
}
