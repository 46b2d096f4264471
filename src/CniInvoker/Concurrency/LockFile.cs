using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>A file with open file description locks (fcntl(2)). Closing it releases its locks.</summary>
internal sealed class LockFile(string path) : IDisposable
{
    private readonly SafeFileHandle _file = Open(path);

    /// <returns>False when another open file holds a conflicting lock.</returns>
    /// <exception cref="IOException">The file system does not support locks.</exception>
    public bool TryLock(long offset, LockKind kind) => Set(offset, kind);

    public void Unlock(long offset) => Set(offset, LockKind.None);

    public void Dispose() => _file.Dispose();

    private bool Set(long offset, LockKind kind)
    {
        var wanted = new FileLock { Kind = kind, Start = offset, Length = 1 };
        while (LibC.fcntl(_file, LibC.F_OFD_SETLK, ref wanted) != 0)
        {
            var error = LibC.LastError;
            if (error is Errno.EAGAIN or Errno.EACCES)
                return false;

            if (error != Errno.EINTR)
                throw new KernelException($"lock {path}", error);
        }

        return true;
    }

    // FileStream would take a lock of its own (flock(2)).
    private static SafeFileHandle Open(string path)
    {
        var handle = LibC.open(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_CLOEXEC | LibC.O_NOFOLLOW, 0x180 /* 0600 */);
        return handle.IsInvalid ? throw LibC.Failure($"open {path}") : handle;
    }
}
