using System.Globalization;

namespace Bridge.HostileRequests.Checks;

/// <summary>What the daemon holds of the kernel's.</summary>
internal sealed record DaemonLook(int Files, int Threads, long ResidentKilobytes)
{
    private static readonly DaemonLook Allowance = new(Files: 8, Threads: 16, ResidentKilobytes: 32 * 1024);

    /// <param name="procPath">Its directory in /proc.</param>
    public static DaemonLook At(string procPath) => new(
        Directory.GetFiles($"{procPath}/fd").Length,
        Directory.GetDirectories($"{procPath}/task").Length,
        long.Parse(
            File.ReadLines($"{procPath}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(
                ' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture));

    public bool HasGrownSince(DaemonLook earlier) =>
        Files > earlier.Files + Allowance.Files || Threads > earlier.Threads + Allowance.Threads
            || ResidentKilobytes > earlier.ResidentKilobytes + Allowance.ResidentKilobytes;

    public override string ToString() => $"{Files} open files, {Threads} threads, {ResidentKilobytes / 1024} MiB resident";
}
