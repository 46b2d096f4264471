using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary><c>struct flock</c> on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileLock
{
    public LockKind Kind;

    /// <summary>SEEK_SET is 0.</summary>
    public short Whence;

    public long Start;

    public long Length;

    /// <summary>0 for locks of open file descriptions.</summary>
    public int Process;
}
