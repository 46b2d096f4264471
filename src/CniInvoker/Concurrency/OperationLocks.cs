using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>
/// Runs one operation per container at a time, and none on a network during its GC (SPEC §3 "Lifecycle &amp; Ordering"), among all
/// processes that name the same file. The kernel releases the locks of a process that dies; an operation that waits for a stopped process
/// fails and names it.
/// </summary>
/// <remarks>
/// <code>
/// bytes 1 to 2^62   one for each container, by the hash of its id
/// bytes above       two for each network, by the hash of its name: the gate, which an operation locks shared while it enters, and GC
///                   exclusively, so that no operation enters while GC waits; and the room, which operations lock shared and GC exclusively
/// </code>
/// The file stays empty: locks may lie beyond its end. They are open file description locks (fcntl(2)), which also exclude each other
/// within one process. Two containers with the same byte only wait for each other.
/// </remarks>
/// <param name="file">Created when missing, with its directory, for root alone.</param>
/// <param name="timeProvider">The clock for the limits.</param>
public sealed class OperationLocks(string file, TimeProvider timeProvider)
{
    private const long FirstContainer = 1;
    private const long FirstNetwork = FirstContainer + (1L << 62);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until no other operation for the container runs, and no GC on the network.</summary>
    /// <param name="networkName">The CNI network's name.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The held lock; dispose it to release.</returns>
    /// <exception cref="CniException">Code 11: the wait exceeds the limit, or the holder is stopped. Code 4: the holder waits for this
    /// process. Code 5: the file cannot be used.</exception>
    public Task<IDisposable> EnterAsync(string networkName, string containerId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (gate, room, container) = (GateOf(networkName), RoomOf(networkName), ContainerOf(containerId));
        var obstacle = $"another operation for container {containerId}, or GC on network \"{networkName}\"";
        return WaitAsync(TryEnter, new RequestedLocks(gate, room, container), obstacle, limit, cancellationToken);

        bool TryEnter(LockFile locks)
        {
            if (!locks.TryLock(gate, LockKind.Shared))
                return false;

            var isIn = locks.TryLock(room, LockKind.Shared) && locks.TryLock(container, LockKind.Exclusive);
            if (!isIn)
                locks.Unlock(room); // A waiting operation must not block GC.

            locks.Unlock(gate);
            return isIn;
        }
    }

    /// <summary>Waits until no operation runs on the network, and lets no other begin.</summary>
    /// <inheritdoc cref="EnterAsync"/>
    public Task<IDisposable> EnterAloneAsync(string networkName, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (gate, room) = (GateOf(networkName), RoomOf(networkName));
        return WaitAsync(
            locks => locks.TryLock(gate, LockKind.Exclusive) && locks.TryLock(room, LockKind.Exclusive),
            new RequestedLocks(gate, room, Container: null),
            $"another operation on network \"{networkName}\"",
            limit,
            cancellationToken);
    }

    /// <summary>For GC, which holds its network: waits until no operation for the container runs on any other network.</summary>
    /// <inheritdoc cref="EnterAsync"/>
    internal Task<IDisposable> EnterContainerAsync(string containerId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var container = ContainerOf(containerId);
        return WaitAsync(
            locks => locks.TryLock(container, LockKind.Exclusive),
            new RequestedLocks(Gate: null, Room: null, container),
            $"another operation for container {containerId}",
            limit,
            cancellationToken);
    }

    private static long ContainerOf(string containerId) => FirstContainer + (HashOf(containerId) & (long.MaxValue >> 1));

    private static long GateOf(string networkName) => FirstNetwork + (2 * (HashOf(networkName) & (long.MaxValue >> 3)));

    private static long RoomOf(string networkName) => GateOf(networkName) + 1;

    private static long HashOf(string name) => BinaryPrimitives.ReadInt64LittleEndian(NameHash.Sha256(name));

    // Polls: a wait in the kernel (F_OFD_SETLKW) could not be cancelled.
    private async Task<IDisposable> WaitAsync(
        Func<LockFile, bool> tryLock, RequestedLocks requested, string obstacle, TimeSpan limit, CancellationToken cancellationToken)
    {
        var locks = Open();
        try
        {
            var start = timeProvider.GetTimestamp();
            var holders = new LockHolders(file, requested);
            for (var pause = ShortestPause; !tryLock(locks); pause = pause < LongestPause ? pause * 2 : LongestPause)
            {
                var waited = timeProvider.GetElapsedTime(start);
                holders.RequireProgress(waited);
                if (waited >= limit)
                    throw TooLong($"{obstacle} did not finish within {limit.TotalSeconds:0.###} s ({file})");

                await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            return locks;
        }
        catch (IOException failure)
        {
            locks.Dispose();
            throw Unusable(failure);
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    private LockFile Open()
    {
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new LockFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable(failure);
        }
    }

    private static CniException TooLong(string msg) => new(CniErrorCode.TryAgainLater, msg);

    private CniException Unusable(Exception failure) =>
        new(CniErrorCode.InputOutput, $"the lock file {file} cannot be used: {ErrorText.Of(failure)}", details: null, failure);
}

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
