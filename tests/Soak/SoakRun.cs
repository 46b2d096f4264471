using System.Globalization;
using Bridge.Soak.Ending;
using Bridge.Soak.Faults;
using Bridge.Soak.Stage;
using Bridge.Soak.Totals;
using Bridge.Soak.Workers;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;
using Grpc.Core;

namespace Bridge.Soak;

/// <summary>
/// (1) A census after one run of each worker. (2) Workers and faults; only then there are warm attachments. (3) No more faults: everything
/// is repaired, then everything is removed.
/// (4) A visit again, and the census until it is the first one, or patience ends.
/// </summary>
internal sealed class SoakRun(SoakOptions options, SoakStage stage, KeptLogs logs, EventLog events, TimeProvider timeProvider)
{
    private const int DockerWorkers = 4;
    private const int PodWorkers = 2;

    private readonly CommandStarts _starts = new();
    private readonly FaultTotals _faults = new(events);
    private readonly CommandTotals _commands = new(events);
    private readonly List<string> _problems = [];

    /// <returns>Whether the host is what it was, and no command took too long.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await stage.VisitAsync(cancellationToken);
        var before = await stage.Host.CensusAsync(cancellationToken); // (1)
        logs.Keep("census-before.txt", before);
        Say($"containers and pods come and go, and faults come, for {options.Minutes} minutes{(options.Kills is { } kills
            ? $" or {kills} kills"
            : "")}");

        var docker = new DockerCommands(stage.Host, _commands, _starts, events, timeProvider);
        var engines = new Engines(stage.Host, _commands, events, timeProvider);
        if (options.Warm > 0)
            await stage.KeepWarmAsync(options.Warm, cancellationToken);

        var reigned = await TormentAsync(docker, engines, cancellationToken); // (2)

        Say("no more faults; removing what is left");
        await engines.RestoreAsync(); // (3)
        _problems.AddRange(
            (await new CleanUp(stage.Host, docker, events, timeProvider).RunAsync(cancellationToken)).Select(left => $"removal of {left}"));
        if (options.Warm > 0)
            await stage.KeepWarmAsync(0, cancellationToken);

        await RevisitAsync(cancellationToken);

        Say("waiting until everything is as it was");
        var leaks = Leaks.Of(stage.Host, await ChangesAsync(before, cancellationToken)); // (4)
        logs.Keep(stage.Host, Paths.State);
        Report.Print(Console.Out, _faults, _commands, reigned);
        Report.PrintVerdict(Console.Out, leaks, _commands.Waits(), _problems, logs.InOrder(stage.Host));
        return leaks.AreNone && _commands.Waits().Count + _problems.Count == 0;
    }

    private async Task<TimeSpan> TormentAsync(DockerCommands docker, Engines engines, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        using var time = new CancellationTokenSource(TimeSpan.FromMinutes(options.Minutes), timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var workers =
            Enumerable.Range(1, DockerWorkers).Select(
                number => new DockerWorker(number, Stream(number), docker, stage.Networks, timeProvider).WorkAsync(stop.Token))
            .Concat(Enumerable.Range(1, PodWorkers).Select(number =>
                new PodWorker(number, Stream(DockerWorkers + number), stage.Host, _commands, timeProvider).WorkAsync(stop.Token))).ToList();

        await new Chaos(Deck(engines), _faults, _starts, events, Stream(0), timeProvider).ReignAsync(options.Kills, stop.Token);
        var reigned = timeProvider.GetElapsedTime(started);
        await engines.RestoreAsync(); // Workers' last commands may need them.
        await stop.CancelAsync();
        await Task.WhenAll(workers);
        cancellationToken.ThrowIfCancellationRequested();
        return reigned;
    }

    private FaultDeck Deck(Engines engines) => new([
        new CnmCniKill(engines, _faults, timeProvider),
        new CnmCniStop(engines, _faults),
        new DockerKill(engines, _faults),
        new BothKill(engines, _faults, timeProvider),
        new ContainerKill(stage.Host, engines, _faults, timeProvider),
        new PluginKill(stage.Host, _faults, timeProvider),
        new PluginFailure(stage.Plugins, _faults, timeProvider),
        new PluginLoss(stage.Plugins, _faults, timeProvider),
        new FullDisk(stage.Disk, _faults, timeProvider),
        new PowerCut(engines, _faults),
    ]);

    // What a power cut took of what plugins make once comes back, and it is seen that containers and pods still start.
    private async Task RevisitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await stage.VisitAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is CommandFailedException or RpcException)
        {
            _problems.Add($"a container or a pod after all that: {failure.Message}");
        }
    }

    private async Task<IReadOnlyList<string>> ChangesAsync(HostCensus before, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var changes = await stage.Host.ChangesSinceAsync(before, Patience.Repair, Leaks.IsLeak, cancellationToken);
        Say(string.Create(CultureInfo.InvariantCulture, $"that took {timeProvider.GetElapsedTime(started).TotalSeconds:0.0} s"));
        logs.Keep("census-after.txt", await stage.Host.CensusAsync(cancellationToken));
        return changes;
    }

    // Each has its own, so that decisions do not depend on the timing of others.
    private Random Stream(int number) => new(unchecked((options.Seed * 31) + number));

    private void Say(string words)
    {
        events.Write(words);
        Console.WriteLine(words);
    }
}
