using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>
/// The kernel refused: what was attempted on what, its error number, and its own words where it gave any (netlink's extended
/// acknowledgement).
/// </summary>
internal sealed class KernelException(string attempted, Errno errno, string? kernelSays = null)
    : IOException(Say(attempted, errno, kernelSays))
{
    public Errno Errno { get; } = errno;

    private static string Say(string attempted, Errno errno, string? kernelSays)
    {
        var details = kernelSays is null ? "" : $", the kernel says: {kernelSays}";
        return $"could not {attempted}: {Marshal.GetPInvokeErrorMessage((int)errno)} ({errno}{details})";
    }
}
