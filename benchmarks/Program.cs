using Bridge.Benchmarks;
using Bridge.TestHosts;

// Inside a test host this program runs itself again, as the one who calls the plugins.
if (args is ["invoker", var conflist, var netns, var count])
{
    return await InvokerRuns.RunInsideAsync(conflist, netns, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
}

if (HostRequirements.Missing() is { } missing)
{
    await Console.Error.WriteLineAsync(missing);
    return 1;
}

var runs = args is ["--runs", var given] ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 30;
var report = new Report();
report.Heading($"Measured on {Machine.Describe()}; p50 and p95 of {runs} runs, interleaved");
await ContainerStarts.MeasureAsync(report, runs, CancellationToken.None);
await InvokerRuns.MeasureAsync(report, runs, CancellationToken.None);
await Footprint.MeasureAsync(report, CancellationToken.None);
report.Print();
return 0;
