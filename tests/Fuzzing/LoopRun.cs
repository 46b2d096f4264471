using Bridge.Fuzzing.Loop;
using Bridge.Fuzzing.Targets;

namespace Bridge.Fuzzing;

/// <summary>What the process of one target's loop does.</summary>
internal sealed class LoopRun(FuzzOptions options, string recordPath, TimeProvider timeProvider)
{
    // The library is used from the pool, whose threads have this much on Linux: what is too deep for it has to show.
    private const int PoolThreadStack = 1536 * 1024;

    // A target's corpus is read before anything new is tried, and again by every run of the tests: it stays small.
    private const int MostFiles = 40;

    public void Run()
    {
        var thread = new Thread(RunHere, PoolThreadStack);
        thread.Start();
        thread.Join();
    }

    private void RunHere()
    {
        var target = options.Targets[0];
        using var record = new LoopRecord(recordPath);
        using var coverage = new Coverage();
        var files = new CorpusFiles(options.Corpus, target);
        var seeds = files.Read();
        var findings = new Findings(options.Findings, target);
        var loop = new FuzzLoop(FuzzTargets.Create(target), record, coverage, findings, new Random(options.Seed));

        var (since, time) = (timeProvider.GetTimestamp(), TimeSpan.FromSeconds(options.Seconds));
        loop.Run(seeds, () => timeProvider.GetElapsedTime(since) >= time);
        if (options.Keep)
            new WorthKeeping(loop).Of(seeds, MostFiles - seeds.Count).ForEach(files.Add);
    }
}
