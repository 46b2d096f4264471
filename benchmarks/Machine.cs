using System.Runtime.InteropServices;

namespace Bridge.Benchmarks;

internal static class Machine
{
    public static string Describe()
    {
        var processor =
            File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var system =
            File.ReadLines("/etc/os-release").FirstOrDefault(
                line => line.StartsWith("PRETTY_NAME", StringComparison.Ordinal))?.Split('"')[1];
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return $"{Environment.ProcessorCount} × {processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {system}, Linux {kernel}";
    }
}
