using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>The kernel refused: what was attempted on what, its error number, and its own words where it gave any (netlink's extended acknowledgement).</summary>
internal sealed class KernelException(string attempted, Errno errno, string? kernelSays = null)
    : IOException($"could not {attempted}: {Marshal.GetPInvokeErrorMessage((int)errno)} ({errno}{(kernelSays is null ? "" : $", the kernel says: {kernelSays}")})")
{
    public Errno Errno { get; } = errno;
}
