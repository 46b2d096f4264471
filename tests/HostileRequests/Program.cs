using System.Runtime.InteropServices;
using Bridge.HostileRequests;

if (HostileOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(HostileOptions.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

Console.WriteLine($"--seed {options.Seed} repeats this run's requests.");
try
{
    return await new HostileRun(options, TimeProvider.System).RunAsync(stop.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("stopped before the end");
    return 1;
}

// The test host is not left behind.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
