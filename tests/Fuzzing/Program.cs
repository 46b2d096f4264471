using System.Runtime.InteropServices;
using Bridge.Fuzzing;

if (args is ["loop", var recordPath, .. var words] && FuzzOptions.Parse(words) is { } loopOptions)
{
    new LoopRun(loopOptions, recordPath, TimeProvider.System).Run();
    return 0;
}

if (FuzzOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(FuzzOptions.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

Console.WriteLine($"--seed {options.Seed} repeats this run.");
using var copy = new InstrumentedCopy();
var process = new LoopProcess(copy, options, TimeProvider.System);
var findings = 0;
try
{
    foreach (var target in options.Targets)
        findings += await process.RunAsync(target, Math.Max(1, options.Seconds / options.Targets.Count), stop.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine("stopped before the end");
    return 1;
}

Console.WriteLine(findings == 0 ? "no findings" : $"{findings} findings in {options.Findings}");
return findings == 0 ? 0 : 1;

// The loop's process and the copy are not left behind.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
