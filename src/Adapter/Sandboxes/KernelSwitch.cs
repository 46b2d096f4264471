using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// A sysctl of the host that is on or off. Its file stays open: to look up a name below /proc/sys/net, the kernel goes through the entries
/// of that name of all network namespaces (fs/proc/proc_sysctl.c proc_sys_compare), so that a look-up for each attachment would cost the
/// square of their number.
/// </summary>
/// <param name="path">Below /proc/sys/net. The file is that of the namespace of the thread which first asks.</param>
internal sealed class KernelSwitch(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private SafeFileHandle? _file; // Guarded by _gate.

    /// <summary>As it is now. A kernel without the sysctl has nothing to switch: that counts as on.</summary>
    public bool IsOn
    {
        get
        {
            Span<byte> value = stackalloc byte[1];
            lock (_gate)
            {
                _file ??= TryOpen();
                return _file is null || RandomAccess.Read(_file, value, 0) == 0 || value[0] != (byte)'0';
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _file?.Dispose();
    }

    private SafeFileHandle? TryOpen() => LibC.KindOf(path) is null ? null : File.OpenHandle(path);
}
