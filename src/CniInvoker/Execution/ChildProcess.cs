using System.Text;

namespace CniInvoker;

/// <summary>A child that leads a process group. Until it is reaped, the kernel does not reuse its number and its group's.</summary>
internal sealed unsafe class ChildProcess : IDisposable
{
    // Both types are opaque and differ between architectures: 336 and 80 bytes on x86-64.
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
            var failure = LibC.Failure($"watch process {process} (pidfd_open)");
            Dispose();
            throw failure;
        }

        _exit = new FileDescriptor((int)descriptor);
    }

    /// <summary>Readable once the child has exited (pidfd_open(2)).</summary>
    public int ExitNumber => _exit!.Number;

    /// <summary>Null when another process has the file open for writing (execve(2) ETXTBSY).</summary>
    /// <exception cref="IOException">The kernel cannot start it.</exception>
    public static ChildProcess? Spawn(
        IReadOnlyList<string> commandLine, IEnumerable<string> environment,
        FileDescriptor stdin, FileDescriptor stdout, FileDescriptor stderr)
    {
        using var arguments = new NativeStrings(commandLine);
        var path = commandLine[0];
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
            if ((Errno)error == Errno.ETXTBSY)
                return null;

            return error == 0 ? new ChildProcess(process) : throw new StartException(path, (Errno)error);
        }
        finally
        {
            _ = LibC.posix_spawnattr_destroy(attributes);
            _ = LibC.posix_spawn_file_actions_destroy(actions);
        }
    }

    // It fails only if the group is gone already, which is what the signals are for.
    public void SignalGroup(int signal) => _ = LibC.kill(-_process, signal);

    /// <summary>Whether the group has a member, zombies included.</summary>
    public bool HasGroup => LibC.kill(-_process, 0) == 0;

    /// <summary>The status of an exited child. It stays a zombie, so that the group can still be signalled.</summary>
    /// <exception cref="IOException">Other code has reaped it, or the process was started with SIGCHLD ignored (waitid(2)
    /// ECHILD).</exception>
    public ChildStatus PeekStatus()
    {
        var error = Wait(LibC.WEXITED | LibC.WNOWAIT, out var status);
        _isReaped = error != 0;
        return error == 0 ? status : throw new KernelException($"wait for process {_process}", error);
    }

    /// <summary>Waits for the child's end.</summary>
    public void Reap()
    {
        if (_isReaped)
            return;

        _ = Wait(LibC.WEXITED, out _); // Fails only if other code has reaped it.
        _isReaped = true;
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
        // .NET ignores SIGPIPE, and ignored signals stay ignored across execve(2).
        _ = LibC.sigfillset(signals);
        Require(LibC.posix_spawnattr_setsigdefault(attributes, signals));
        _ = LibC.sigemptyset(signals);
        Require(LibC.posix_spawnattr_setsigmask(attributes, signals));
    }

    private Errno Wait(int options, out ChildStatus status)
    {
        fixed (ChildStatus* filled = &status)
        {
            while (LibC.waitid(LibC.P_PID, _process, filled, options) != 0)
            {
                var error = LibC.LastError;
                if (error != Errno.EINTR)
                    return error;
            }
        }

        return 0;
    }

    private static void Require(int error)
    {
        if (error != 0)
            throw new KernelException("prepare the start of a process", (Errno)error);
    }
}

/// <summary>The kernel did not start a plugin's file. Nothing of it has run.</summary>
internal sealed class StartException(string path, Errno error) : IOException(Reason(path, error))
{
    private const int LongestFirstLine = 256;

    /// <summary>The cause is the file, so a retry fails as well.</summary>
    public bool IsPermanent => error is Errno.ENOENT or Errno.ENOEXEC or Errno.EACCES;

    private static string Reason(string path, Errno error) => error switch
    {
        Errno.ETXTBSY => "another process has it open for writing; is it being installed?",
        Errno.ENOENT when FirstLine(path) is ['#', '!', .. var line] => $"its interpreter {line.Trim().Split(' ', '\t')[0]} does not exist",
        Errno.ENOENT when File.Exists(path) => "its dynamic loader does not exist; was it built for another system?",
        Errno.ENOEXEC when FirstLine(path).Length == 0 => "the file is empty or starts with an empty line; reinstall the plugin",
        Errno.ENOEXEC => "it is neither a program for this machine nor a script that starts with #!; reinstall the plugin",
        Errno.EACCES => "permission denied; is its file system mounted noexec, or its interpreter not executable?",
        Errno.EAGAIN => "no further process can be started; check the limits of processes",
        _ => ErrorText.Of((int)error),
    };

    private static string FirstLine(string path)
    {
        try
        {
            using var file = LibC.OpenOrInvalid(path);
            var start = new byte[LongestFirstLine];
            return Encoding.UTF8.GetString(start, 0, file.IsInvalid ? 0 : RandomAccess.Read(file, start, 0)).Split('\n')[0];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return "";
        }
    }
}
