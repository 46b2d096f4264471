using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>A child that leads a process group. Until it is reaped its number, and so its group's, cannot become anyone else's.</summary>
internal sealed unsafe class ChildProcess : IDisposable
{
    // Both are opaque, and differ between machines: 336 and 80 bytes on x86-64.
    private const int OpaqueWords = 64;
    private const int SignalSetWords = 16;

    private readonly int _process;
    private readonly FileDescriptor? _exit;
    private bool _isReaped;

    private ChildProcess(int process)
    {
        _process = process;
        var descriptor = LibC.pidfd_open(LibC.SYS_pidfd_open, process, 0);
        if (descriptor < 0)
        {
            var failure = LibC.Failure("pidfd_open");
            Dispose();
            throw failure;
        }

        _exit = new FileDescriptor((int)descriptor);
    }

    /// <summary>Readable once the child has ended.</summary>
    public int ExitNumber => _exit!.Number;

    /// <summary>Null when the file is busy: somebody has it open for writing.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static ChildProcess? Spawn(
        string path, IEnumerable<string> environment, FileDescriptor stdin, FileDescriptor stdout, FileDescriptor stderr)
    {
        using var arguments = new NativeStrings(path);
        using var variables = new NativeStrings([.. environment]);
        var actions = stackalloc ulong[OpaqueWords];
        var attributes = stackalloc ulong[OpaqueWords];
        Require(LibC.posix_spawn_file_actions_init(actions));
        Require(LibC.posix_spawnattr_init(attributes));
        try
        {
            Require(LibC.posix_spawn_file_actions_adddup2(actions, stdin, 0));
            Require(LibC.posix_spawn_file_actions_adddup2(actions, stdout, 1));
            Require(LibC.posix_spawn_file_actions_adddup2(actions, stderr, 2));
            Require(LibC.posix_spawn_file_actions_addclosefrom_np(actions, 3));
            Require(LibC.posix_spawn_file_actions_addchdir_np(actions, "/"));
            SetSignalsAndGroup(attributes);
            var error = LibC.posix_spawn(out var process, path, actions, attributes, arguments.Pointer, variables.Pointer);
            if (error == LibC.ETXTBSY)
                return null;

            return error == 0 ? new ChildProcess(process) : throw new StartException(path, error);
        }
        finally
        {
            _ = LibC.posix_spawnattr_destroy(attributes);
            _ = LibC.posix_spawn_file_actions_destroy(actions);
        }
    }

    public void SignalGroup(int signal)
    {
        // The only way to fail is that the group is gone, which is what signals are sent for.
        _ = LibC.kill(-_process, signal);
    }

    /// <summary>Whether a member of the group is still there, be it one that waits for its parent to reap it.</summary>
    public bool HasGroup => LibC.kill(-_process, 0) == 0;

    /// <summary>How a child that has ended did so. It stays a zombie, so that the group can still be signalled.</summary>
    /// <exception cref="IOException">Somebody else has reaped it, or the process was started with SIGCHLD ignored.</exception>
    public ChildStatus PeekStatus()
    {
        var error = Wait(LibC.WEXITED | LibC.WNOWAIT, out var status);
        _isReaped = error != 0;
        return error == 0 ? status : throw LibC.Failure("waitid", error);
    }

    /// <summary>Waits for the end.</summary>
    public void Reap()
    {
        if (!_isReaped)
        {
            _ = Wait(LibC.WEXITED, out _); // If it is not there, somebody else has done it.
            _isReaped = true;
        }
    }

    public void Dispose()
    {
        if (!_isReaped)
        {
            SignalGroup(LibC.SIGKILL);
            Reap();
        }

        _exit?.Dispose();
    }

    private static void SetSignalsAndGroup(void* attributes)
    {
        var signals = stackalloc ulong[SignalSetWords];
        const short Flags = LibC.POSIX_SPAWN_SETPGROUP | LibC.POSIX_SPAWN_SETSIGDEF | LibC.POSIX_SPAWN_SETSIGMASK;
        Require(LibC.posix_spawnattr_setflags(attributes, Flags));
        // .NET ignores SIGPIPE, and what is ignored stays so across exec.
        _ = LibC.sigfillset(signals);
        Require(LibC.posix_spawnattr_setsigdefault(attributes, signals));
        _ = LibC.sigemptyset(signals);
        Require(LibC.posix_spawnattr_setsigmask(attributes, signals));
    }

    private int Wait(int options, out ChildStatus status)
    {
        fixed (ChildStatus* filled = &status)
        {
            while (LibC.waitid(LibC.P_PID, _process, filled, options) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error != LibC.EINTR)
                    return error;
            }
        }

        return 0;
    }

    private static void Require(int error)
    {
        if (error != 0)
            throw LibC.Failure("posix_spawn", error);
    }
}
