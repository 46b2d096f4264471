using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CniInvoker;

/// <summary>
/// One operation per container at a time, and garbage collection alone (SPEC §3 "Lifecycle &amp; Ordering"), among all processes that name the
/// same file. The kernel drops the locks of a process that dies.
/// </summary>
/// <remarks>
/// <code>
/// byte 0        whoever wants in takes it for a moment, shared; garbage collection keeps it, so that nobody new comes in while it waits
/// bytes 1 to ∞  each container has one of them, by the hash of its id; garbage collection takes all
/// </code>
/// The file stays empty: locks may lie behind its end. They are open file description locks (fcntl(2)), which also exclude each other within
/// one process. Two containers with one byte would wait for each other, and that is all.
/// </remarks>
/// <param name="file">Is made where it is missing, with its directory, for root alone.</param>
/// <param name="timeProvider">Measures how long is waited.</param>
public sealed class OperationLocks(string file, TimeProvider timeProvider)
{
    private const long Turnstile = 0;
    private const long FirstContainer = 1;
    private const long ToTheEnd = 0;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until no other operation for the container runs, and no garbage collection.</summary>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Holds the lock until it is disposed.</returns>
    /// <exception cref="CniException">Code 11: the wait was too long. Code 5: the file cannot be used.</exception>
    public Task<IDisposable> EnterAsync(string containerId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var place = PlaceOf(containerId);
        return WaitAsync(TryEnter, $"another operation for container {containerId} or a garbage collection is running", limit, cancellationToken);

        bool TryEnter(LockFile held)
        {
            if (!held.TryLock(Turnstile, 1, LockKind.Shared))
            {
                return false;
            }

            var isIn = held.TryLock(place, 1, LockKind.Exclusive);
            held.Unlock(Turnstile, 1);
            return isIn;
        }
    }

    /// <summary>Waits until no operation runs at all, and lets no other begin.</summary>
    /// <inheritdoc cref="EnterAsync"/>
    public Task<IDisposable> EnterAloneAsync(TimeSpan limit, CancellationToken cancellationToken) => WaitAsync(
        held => held.TryLock(Turnstile, 1, LockKind.Exclusive) && held.TryLock(FirstContainer, ToTheEnd, LockKind.Exclusive),
        "other operations are running",
        limit,
        cancellationToken);

    private static long PlaceOf(string containerId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(containerId));
        return FirstContainer + (BinaryPrimitives.ReadInt64LittleEndian(hash) & (long.MaxValue >> 1));
    }

    // The kernel could wait for us, but not be told to stop.
    private async Task<IDisposable> WaitAsync(Func<LockFile, bool> tryLock, string obstacle, TimeSpan limit, CancellationToken cancellationToken)
    {
        var held = Open();
        try
        {
            var start = timeProvider.GetTimestamp();
            for (var pause = ShortestPause; !tryLock(held); pause = pause < LongestPause ? pause * 2 : LongestPause)
            {
                if (timeProvider.GetElapsedTime(start) >= limit)
                {
                    throw new CniException(CniErrorCode.TryAgainLater, $"{obstacle}, and did not end within {limit.TotalSeconds:0.###} s ({file})");
                }

                await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            return held;
        }
        catch (Exception failure)
        {
            held.Dispose();
            throw failure is IOException ? Unusable(failure) : failure;
        }
    }

    private LockFile Open()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new LockFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable(failure);
        }
    }

    private CniException Unusable(Exception failure) =>
        new(CniErrorCode.InputOutput, $"the lock file {file} cannot be used: {failure.Message.TrimEnd('.')}", details: null, failure);
}
