using System.Globalization;
using Bridge.Benchmarks;
using Bridge.Benchmarks.Invoker;
using Bridge.Benchmarks.Sections;
using Bridge.Benchmarks.Stage;
using Bridge.TestHosts;
using CniInvoker;

// Inside a test host this program runs itself again, as the one who calls the plugins.
switch (args)
{
    case ["paired", var network, var netns, var directory, var more, var pairs]:
        return await PairedRuns.RunAsync(network, netns, directory, more == "process", int.Parse(pairs, CultureInfo.InvariantCulture));
    case ["repeat", var netns, var times]:
        return await PairedRuns.RepeatAsync(netns, int.Parse(times, CultureInfo.InvariantCulture));
    case ["once", var verb, var netns]:
        return await PairedRuns.RunOnceAsync(verb == "add" ? CniOperation.Add : CniOperation.Delete, netns);
    case ["commands", var program, var native, var netns, var rounds]:
        return await Footprint.RunCommandsAsync(program, native, netns, int.Parse(rounds, CultureInfo.InvariantCulture));
}

if (BenchmarkOptions.Parse(args, Measurement.Sections, NetworkCase.Names) is not { } options)
{
    await Console.Error.WriteLineAsync(
        $"{BenchmarkOptions.Usage}\nSections: {string.Join(", ", Measurement.Sections)}\nCases: {string.Join(", ", NetworkCase.Names)}");
    return 2;
}

// Test hosts read these.
if (options.Engine is { } engine)
    Environment.SetEnvironmentVariable("BRIDGE_ENGINE", engine);

if (options.Program is { } binary)
    Environment.SetEnvironmentVariable("BRIDGE_BINARY", binary);

if (HostRequirements.Missing() is { } missing)
{
    await Console.Error.WriteLineAsync(missing);
    return 1;
}

return await Measurement.RunAsync(options, $"./bridge bench {string.Join(' ', args)}".TrimEnd(), CancellationToken.None);
