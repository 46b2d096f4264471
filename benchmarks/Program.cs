using System.Globalization;
using Bridge.Benchmarks;
using Bridge.Benchmarks.Invoker;
using Bridge.TestHosts;

// Inside a test host this program runs itself again, as the one who calls the plugins.
switch (args)
{
    case ["paired", var network, var netns, var directory, var more, var pairs]:
        return await PairedRuns.RunAsync(network, netns, directory, more == "process", int.Parse(pairs, CultureInfo.InvariantCulture));
    case ["repeat", var netns, var times]:
        return await PairedRuns.RepeatAsync(netns, int.Parse(times, CultureInfo.InvariantCulture));
}

if (HostRequirements.Missing() is { } missing)
{
    await Console.Error.WriteLineAsync(missing);
    return 1;
}

if (BenchmarkOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchmarkOptions.Usage);
    return 2;
}

var report = new Report();
report.Heading($"Measured on {Machine.Describe()}; p50 and p95 of {options.Runs} runs, interleaved");
if (options.Includes("starts"))
    await ContainerStarts.MeasureAsync(report, options.Runs, CancellationToken.None);

if (options.Includes("invoker"))
    await InvokerRuns.MeasureAsync(report, options.Runs, CancellationToken.None);

if (options.Includes("footprint"))
    await Footprint.MeasureAsync(report, CancellationToken.None);

report.Print();
return 0;
