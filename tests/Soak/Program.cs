// Containers and pods come and go in a throw-away host while everything is killed at random; in the end nothing may be left, and no command
// may have waited.

using System.Runtime.InteropServices;
using Bridge.Soak;
using Bridge.Soak.Stage;
using Bridge.Soak.Totals;
using Bridge.TestHosts;

if (SoakOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(SoakOptions.Usage);
    return 2;
}

if (HostRequirements.Missing() is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}

CnmCniBinary.Require();
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

Console.WriteLine($"--seed {options.Seed} repeats the dice of this run; how everything interleaves is never the same.");
var logs = new KeptLogs(Path.Combine(options.Logs, $"seed-{options.Seed}"));
using var events = new EventLog(logs.Events, TimeProvider.System);
try
{
    await using var stage = await SoakStage.SetAsync(stop.Token);
    Console.WriteLine($"Docker {stage.Host.Engine}; cnm-cni's state is on {stage.Disk.Kind}");
    var isGood = await new SoakRun(options, stage, logs, events, TimeProvider.System).RunAsync(stop.Token);
    Console.WriteLine(
        isGood
            ? "\nNothing is left, nothing is missing, and nothing hung."
            : $"\nSomething is left, is missing or hung: the order of events and the daemons' logs are in {logs.Root}");
    return isGood ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("stopped before the end");
    return 1;
}

// The host is not left behind.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
