using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Stage;

namespace Bridge.Benchmarks.Sections;

/// <summary>
/// The same with attachments present, and what these cost by themselves. They have no containers (a thousand are too heavy for a small
/// machine): see <see cref="PresentAttachments"/>.
/// </summary>
internal static class Present
{
    public const string Memory = "Resident memory of cnm-cni";
    public const string Recovery = "From `kill -9` of cnm-cni to its socket answering again";
    private const int UsualRounds = 20;

    private static readonly string[] Compared =
        [NetworkCase.Docker0, NetworkCase.Staged, NetworkCase.Sandbox, NetworkCase.Warm, NetworkCase.Reuse];

    public static string At(int attachments) => string.Create(CultureInfo.InvariantCulture, $"{attachments} attachments");

    public static string OwnShareAt(int attachments) => $"{Starts.OwnShare}, {At(attachments)} present";

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        await using var bench = await BenchHost.StartAsync(options, samples, cancellationToken);
        var present = await PresentAttachments.CreateAsync(bench, cancellationToken);
        int[] levels = options.IsQuick ? [0, 30] : [0, 100, 1000];
        foreach (var level in levels)
        {
            await present.GrowAsync(level, cancellationToken);
            await bench.SettleAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(options.Times(5, 1)), cancellationToken);
            samples.Add(Memory, At(level), "MB", BenchHost.ResidentMegabytes(bench.Host));
            await MeasureRunsAsync(options, bench, level, samples, cancellationToken);
            for (var restart = 0; restart < options.Times(5, 1); restart++)
                await MeasureRecoveryAsync(bench, level, samples, cancellationToken);
        }
    }

    private static async Task MeasureRunsAsync(
        BenchmarkOptions options, BenchHost bench, int level, Samples samples, CancellationToken cancellationToken)
    {
        var names = (
            $"{Starts.Run}, {At(level)} present", OwnShareAt(level), $"Time in plugins that its calls wait for, {At(level)} present");
        var rounds = options.RoundsOf(UsualRounds);
        for (var round = -1; round < rounds; round++)
        {
            foreach (var network in Turns.Of(bench.Cases.Where(each => Compared.Contains(each.Name))))
                await Starts.MeasureRunAsync(bench, network, round < 0 ? new Samples() : samples, names, cancellationToken);

            Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"{level} attachments present: round {round + 1} of {rounds}"));
        }
    }

    private static async Task MeasureRecoveryAsync(BenchHost bench, int level, Samples samples, CancellationToken cancellationToken)
    {
        await bench.SettleAsync(cancellationToken);
        await bench.Host.Bridge.KillAsync(cancellationToken);
        var begin = Stopwatch.GetTimestamp();
        await bench.Host.Bridge.StartAsync(cancellationToken);
        samples.Add(Recovery, At(level), "ms", Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
    }
}
