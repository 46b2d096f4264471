using System.Runtime.InteropServices;

namespace CniInvoker.Tests.Execution;

/// <summary>How many files this process may have open (RLIMIT_NOFILE). For tests that run alone.</summary>
internal sealed unsafe partial class FileLimit : IDisposable
{
    private const int RLIMIT_NOFILE = 7;

    private readonly Limit _before = Get();

    private FileLimit(int files) => Set(_before with { Soft = (ulong)files });

    /// <summary>Only that many more than now.</summary>
    public static FileLimit ToSpare(int files) => new(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() + files);

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
