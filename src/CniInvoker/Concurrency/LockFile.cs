using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>An open file whose bytes can be locked. Each opening holds locks of its own, which end with it.</summary>
internal sealed class LockFile(string path) : IDisposable
{
    private readonly SafeFileHandle _file = Open(path);

    /// <param name="start">The first byte.</param>
    /// <param name="length">How many; 0 means to the end, however far that is.</param>
    /// <param name="kind">Shared or exclusive.</param>
    /// <returns>False: somebody else's lock is in the way.</returns>
    /// <exception cref="IOException">The file system has no locks.</exception>
    public bool TryLock(long start, long length, LockKind kind) => Set(start, length, kind);

    public void Unlock(long start, long length) => Set(start, length, LockKind.None);

    public void Dispose() => _file.Dispose();

    private bool Set(long start, long length, LockKind kind)
    {
        var wanted = new FileLock { Kind = kind, Start = start, Length = length };
        while (LibC.fcntl(_file, LibC.F_OFD_SETLK, ref wanted) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is LibC.EAGAIN or LibC.EACCES)
                return false;

            if (error != LibC.EINTR)
                throw LibC.Failure("fcntl", error);
        }

        return true;
    }

    // By the system's own call: what .NET opens it locks in its own way.
    private static SafeFileHandle Open(string path)
    {
        var handle = LibC.open(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_CLOEXEC | LibC.O_NOFOLLOW, 0x180 /* 0600 */);
        return handle.IsInvalid ? throw LibC.Failure("open") : handle;
    }
}
