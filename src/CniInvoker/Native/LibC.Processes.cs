using System.Runtime.InteropServices;
using System.Text;

namespace CniInvoker;

/// <summary>
/// What <see cref="PluginRun"/> needs: posix_spawn(3), waitid(2), pidfd_open(2), pipe(2), eventfd(2), fcntl_locking(2), sigsetops(3),
/// nice(2).
/// </summary>
internal static unsafe partial class LibC
{
    internal const int SIGPIPE = 13;
    internal const int SIGTERM = 15;
    internal const int SIG_BLOCK = 0;
    internal const int F_SETFL = 4;
    internal const int F_OFD_SETLK = 37;
    internal const int EFD_CLOEXEC = O_CLOEXEC;
    internal const int EFD_NONBLOCK = O_NONBLOCK;
    internal const int P_PID = 1;
    internal const int WEXITED = 4;
    internal const int WNOWAIT = 0x01000000;
    internal const int CLD_EXITED = 1;
    internal const short POSIX_SPAWN_SETPGROUP = 0x02;
    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x08;
    internal const int SYS_pidfd_open = 434;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int pipe2(int* descriptors, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(SafeHandle file, int command, ref FileLock argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(FileDescriptor descriptor, void* buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(FileDescriptor descriptor, void* buffer, nint length);

    [LibraryImport("libc")]
    internal static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitid(int kind, int id, ChildStatus* status, int options);

    // glibc has a wrapper for pidfd_open(2) only since 2.36.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint pidfd_open(nint number, int process, uint flags);

    [LibraryImport("libc")]
    internal static partial int nice(int increment);

    [LibraryImport("libc")]
    internal static partial int sigemptyset(void* set);

    [LibraryImport("libc")]
    internal static partial int sigfillset(void* set);

    [LibraryImport("libc")]
    internal static partial int sigaddset(void* set, int signal);

    [LibraryImport("libc")]
    internal static partial int pthread_sigmask(int how, void* set, void* previous);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(
        out int process, string path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setsigdefault(void* attributes, void* set);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setsigmask(void* attributes, void* set);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_adddup2(void* actions, FileDescriptor descriptor, int target);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addchdir_np(void* actions, string path);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int first);
}

/// <summary><c>siginfo_t</c> as waitid(2) fills it on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ChildStatus
{
    /// <summary><see cref="LibC.CLD_EXITED"/>, or another CLD_… for the end by a signal.</summary>
    [FieldOffset(8)]
    public int Code;

    /// <summary>The exit status or the signal's number.</summary>
    [FieldOffset(24)]
    public int Status;
}

/// <summary><c>struct flock</c> of fcntl_locking(2) on 64-bit Linux. Whence stays 0, SEEK_SET.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileLock
{
    public LockKind Kind;
    public short Whence;
    public long Start;
    public long Length;

    /// <summary>0 for locks of open file descriptions.</summary>
    public int Process;
}

/// <summary>The kinds of lock of fcntl(2), by their numbers there.</summary>
internal enum LockKind : short
{
    /// <summary>F_RDLCK.</summary>
    Shared = 0,

    /// <summary>F_WRLCK.</summary>
    Exclusive = 1,

    /// <summary>F_UNLCK.</summary>
    None = 2,
}

/// <summary>A null-terminated array of UTF-8 strings, as execve(2) takes arguments and environment.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    public NativeStrings(params IReadOnlyList<string> strings)
    {
        var table = (nuint)((strings.Count + 1) * sizeof(byte*));
        var size = strings.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
        Pointer = (byte**)NativeMemory.AllocZeroed(table + (nuint)size);
        var text = new Span<byte>((byte*)Pointer + table, size);
        for (var i = 0; i < strings.Count; i++)
        {
            Pointer[i] = (byte*)Pointer + table + (size - text.Length);
            text = text[(Encoding.UTF8.GetBytes(strings[i], text) + 1)..];
        }
    }

    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
