using System.Runtime.InteropServices;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Results;

/// <summary>What the figures of this run depend on.</summary>
internal static class Origins
{
    public static async Task<Origin> OfAsync(string engine, string command, CancellationToken cancellationToken)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { StartEngine = false }, cancellationToken);
        var packages = await host.RunAsync(
            ["dpkg-query", "--show", "--showformat", "${Package} ${Version}, ", .. HostRequirements.Packages], cancellationToken);
        var program = await host.BridgeAsync(["version"], cancellationToken);
        return new Origin("", Machine(), engine, packages.Output.TrimEnd(',', ' '), program.Output.Split('\n')[0], command);
    }

    private static string Machine()
    {
        var processor = Value("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString();
        var system = Value("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"');
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return $"{Environment.ProcessorCount} × {processor}, {system}, Linux {kernel}";
    }

    private static string? Value(string file, string name, char separator) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator)[1].Trim();
}
