using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>
/// The kernel refused: what was attempted, errno, and the kernel's own text where it sent one (netlink's extended acknowledgement).
/// </summary>
internal sealed class KernelException(string attempted, Errno errno, string? kernelSays = null)
    : IOException(
        $"could not {attempted}: {Marshal.GetPInvokeErrorMessage((int)errno)} "
        + $"({errno}{(kernelSays is null ? "" : $", the kernel says: {kernelSays}")})")
{
    public Errno Errno { get; } = errno;
}

/// <summary>errno(3): those that the code distinguishes or that are likely in a message. Others print as numbers.</summary>
internal enum Errno
{
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    ENXIO = 6,
    ENOEXEC = 8,
    EAGAIN = 11,
    EACCES = 13,
    EBUSY = 16,
    EEXIST = 17,
    ENODEV = 19,
    ENOTDIR = 20,
    EINVAL = 22,
    ENOTTY = 25,
    ETXTBSY = 26,
    ERANGE = 34,
    ELOOP = 40,
    EOPNOTSUPP = 95,
    EAFNOSUPPORT = 97,
    EADDRNOTAVAIL = 99,
    ENETDOWN = 100,
    ENETUNREACH = 101,
    ENOBUFS = 105,
    EHOSTUNREACH = 113,
}
