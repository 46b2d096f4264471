using System.Globalization;
using System.Text;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The processes that live in a network namespace, by the device and inode of /proc/PID/ns/net (namespaces(7)). About 3 µs per process of
/// the machine.
/// </summary>
/// <param name="network">The namespace.</param>
/// <param name="proc">Where proc(5) is mounted.</param>
internal sealed class NamespaceProcesses(NetworkNamespace network, string proc = "/proc")
{
    private const int BufferSize = 8 * 1024;

    // Longer than PID/ns/net of any process.
    private const int LongestPath = 64;

    // CAP_SYS_PTRACE of linux/capability.h.
    private const int PtraceCapability = 19;

    private readonly FileIdentity _network = network.Identity;

    // A file below /proc/net is another one in each namespace. It can be seen where ns/net needs a permission (ptrace(2)).
    private FileIdentity? _devices;

    /// <summary>
    /// Whether a process other than this one is in the namespace. A process is where its main thread is, or, when that has ended, any of
    /// its threads; single threads that entered the namespace alone (setns(2)), as dockerd's do for an instant, are not looked for. True
    /// also where /proc does not show all processes. In a PID namespace of its own cnm-cni sees only the processes there, which is enough
    /// where dockerd is in it too.
    /// </summary>
    public bool Any()
    {
        try
        {
            return AnyBelow(proc, ofThreads: false) || (_devices is null && !MayInspectAll());
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // Where /proc is mounted with hidepid (proc(5)), it hides the very processes that may not be inspected. One that is seen and may not be
    // inspected shows that none is hidden.
    private bool MayInspectAll()
    {
        const string Key = "CapEff:";
        return File.ReadLines($"{proc}/self/status").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal)) is { } effective
            && ulong.TryParse(effective.AsSpan(Key.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask)
            && (mask & (1UL << PtraceCapability)) != 0;
    }

    private bool AnyBelow(string directory, bool ofThreads)
    {
        using var handle = LibC.Open(directory);
        Span<byte> buffer = stackalloc byte[BufferSize];
        Span<byte> path = stackalloc byte[LongestPath];
        var entries = new ProcessDirectory(handle, buffer);
        while (entries.MoveNext())
        {
            if (!IsOwn(entries.Name) && (IsIn(handle, entries.Name, path) ?? (!ofThreads && AnyThread(entries.Name))))
                return true;
        }

        return false;
    }

    // Null where the process or thread has ended; a process whose main thread has ended may have others.
    private bool? IsIn(SafeFileHandle directory, ReadOnlySpan<byte> name, Span<byte> path)
    {
        name.CopyTo(path);
        "/ns/net\0"u8.CopyTo(path[name.Length..]);
        if (LibC.TryStat(directory, path, out var found))
            return found.Identity == _network;

        if (LibC.LastError is not (Errno.EACCES or Errno.EPERM))
            return LibC.LastError is Errno.ENOENT or Errno.ESRCH ? null : true;

        _devices ??= network.Run(static () => LibC.TryStat("/proc/thread-self/net/dev", out var own) ? own.Identity : default);
        "/net/dev\0"u8.CopyTo(path[name.Length..]);
        if (LibC.TryStat(directory, path, out var devices))
            return devices.Identity == _devices;

        return LibC.LastError is Errno.ENOENT or Errno.ESRCH or Errno.EINVAL ? null : true;
    }

    private bool AnyThread(ReadOnlySpan<byte> process)
    {
        try
        {
            return AnyBelow($"{proc}/{Encoding.ASCII.GetString(process)}/task", ofThreads: true);
        }
        catch (KernelException ended) when (ended.Errno is Errno.ENOENT or Errno.ESRCH)
        {
            return false;
        }
    }

    private static bool IsOwn(ReadOnlySpan<byte> process) =>
        int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id == Environment.ProcessId;
}
