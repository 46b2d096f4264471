using System.Runtime.InteropServices;

namespace CniInvoker.Tests.Execution;

/// <summary>The limit of open files of this process (RLIMIT_NOFILE, getrlimit(2)). For tests that run alone.</summary>
internal sealed unsafe partial class FileLimit : IDisposable
{
    private const int RLIMIT_NOFILE = 7;

    private readonly Limit _before = Get();

    private FileLimit(int files) => Set(_before with { Soft = (ulong)files });

    /// <summary>Allows that many more files than are open now.</summary>
    public static FileLimit ToSpare(int files)
    {
        // The limit applies to descriptor numbers, and the numbers in use have gaps.
        var used =
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(
                path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        var free = Enumerable.Range(0, int.MaxValue).Where(number => !used.Contains(number));
        return new FileLimit(free.ElementAt(files));
    }

    public void Dispose() => Set(_before);

    private static Limit Get()
    {
        Limit limit;
        getrlimit(RLIMIT_NOFILE, &limit).Should().Be(0);
        return limit;
    }

    private static void Set(Limit limit) => setrlimit(RLIMIT_NOFILE, &limit).Should().Be(0);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, Limit* limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, Limit* limit);

    private record struct Limit
    {
        public ulong Soft { get; set; }

        public ulong Hard { get; set; }
    }
}
