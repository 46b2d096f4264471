using System.Globalization;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Stage;

/// <summary>Processor time in milliseconds.</summary>
/// <param name="Own">Of cnm-cni's own process.</param>
/// <param name="Plugins">Of the plugins that it has waited for, with what they started.</param>
/// <param name="Dockerd">Of its process.</param>
/// <param name="Containerd">Of its process.</param>
/// <param name="All">Of every process of the host: these, shims, runc, the containers; not of the docker command.</param>
internal readonly record struct ProcessorTimes(double Own, double Plugins, double Dockerd, double Containerd, double All)
{
    private const double Tick = 10; // proc(5): a hundredth of a second wherever Linux runs Docker.

    public static ProcessorTimes operator -(ProcessorTimes left, ProcessorTimes right) => new(
        left.Own - right.Own, left.Plugins - right.Plugins, left.Dockerd - right.Dockerd, left.Containerd - right.Containerd,
        left.All - right.All);

    public static ProcessorTimes Read(BenchHost bench)
    {
        var (own, plugins) = Of(bench.Host, bench.Host.Bridge.Pid);
        return new(
            own, plugins, Of(bench.Host, bench.Host.Dockerd.Pid).Own, Of(bench.Host, bench.Host.Containerd.Pid).Own, OfGroup(bench.Host.Name));
    }

    /// <summary>Of one process of a host, and of the children that it has waited for.</summary>
    public static (double Own, double Children) Of(TestHost host, int pid)
    {
        var stat = File.ReadAllText(host.PathOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        // proc_pid_stat(5): utime, stime, cutime and cstime are fields 14 to 17; the name, which is the second, may hold blanks.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));

        double Ticks(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture) * Tick;
    }

    private static double OfGroup(string host)
    {
        var old = $"/sys/fs/cgroup/cpuacct/{host}/cpuacct.usage";
        if (File.Exists(old))
            return long.Parse(File.ReadAllText(old), CultureInfo.InvariantCulture) / 1e6;

        var line = File.ReadLines($"/sys/fs/cgroup/{host}/cpu.stat").First(each => each.StartsWith("usage_usec", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) / 1e3;
    }
}
