using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CniInvoker;

/// <summary>
/// One operation per container at a time, and none on a network while its garbage is collected (SPEC §3 "Lifecycle &amp; Ordering"), among all processes that
/// name the same file. The kernel drops the locks of a process that dies; one that is stopped is named to those who wait for it.
/// </summary>
/// <remarks>
/// <code>
/// bytes 1 to 2^62   each container has one of them, by the hash of its id
/// bytes behind      each network has two, by the hash of its name: a gate, which whoever wants in takes for a moment, shared, and garbage collection
///                   keeps, so that nobody new comes in while it waits; and a room, which is shared by operations and taken alone by garbage collection
/// </code>
/// The file stays empty: locks may lie behind its end. They are open file description locks (fcntl(2)), which also exclude each other within
/// one process. Two containers with one byte would wait for each other, and that is all.
/// </remarks>
/// <param name="file">Is made where it is missing, with its directory, for root alone.</param>
/// <param name="timeProvider">Measures how long is waited.</param>
public sealed class OperationLocks(string file, TimeProvider timeProvider)
{
    private const long FirstContainer = 1;
    private const long FirstNetwork = FirstContainer + (1L << 62);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until no other operation for the container runs, and no garbage collection on the network.</summary>
    /// <param name="networkName">The CNI network's name.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Holds the lock until it is disposed.</returns>
    /// <exception cref="CniException">Code 11: the wait was too long, or is for a process that is stopped. Code 4: it is for a process that waits for this
    /// one. Code 5: the file cannot be used.</exception>
    public Task<IDisposable> EnterAsync(string networkName, string containerId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (gate, room, container) = (GateOf(networkName), RoomOf(networkName), ContainerOf(containerId));
        var obstacle = $"another operation for container {containerId}, or a garbage collection on network \"{networkName}\", is running";
        return WaitAsync(TryEnter, new LockedPlaces(gate, room, container), obstacle, limit, cancellationToken);

        bool TryEnter(LockFile held)
        {
            if (!held.TryLock(gate, 1, LockKind.Shared))
                return false;

            var isIn = held.TryLock(room, 1, LockKind.Shared) && held.TryLock(container, 1, LockKind.Exclusive);
            if (!isIn)
                held.Unlock(room, 1); // Who waits keeps nobody else waiting.

            held.Unlock(gate, 1);
            return isIn;
        }
    }

    /// <summary>Waits until no operation runs on the network, and lets no other begin.</summary>
    /// <inheritdoc cref="EnterAsync"/>
    public Task<IDisposable> EnterAloneAsync(string networkName, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (gate, room) = (GateOf(networkName), RoomOf(networkName));
        return WaitAsync(
            held => held.TryLock(gate, 1, LockKind.Exclusive) && held.TryLock(room, 1, LockKind.Exclusive),
            new LockedPlaces(gate, room, container: null),
            $"other operations on network \"{networkName}\" are running",
            limit,
            cancellationToken);
    }

    /// <summary>For who is alone on a network already: waits until no operation for the container runs on any other.</summary>
    /// <inheritdoc cref="EnterAsync"/>
    internal Task<IDisposable> EnterContainerAsync(string containerId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var container = ContainerOf(containerId);
        return WaitAsync(
            held => held.TryLock(container, 1, LockKind.Exclusive),
            new LockedPlaces(gate: null, room: null, container),
            $"another operation for container {containerId} is running",
            limit,
            cancellationToken);
    }

    private static long ContainerOf(string containerId) => FirstContainer + (HashOf(containerId) & (long.MaxValue >> 1));

    private static long GateOf(string networkName) => FirstNetwork + (2 * (HashOf(networkName) & (long.MaxValue >> 3)));

    private static long RoomOf(string networkName) => GateOf(networkName) + 1;

    private static long HashOf(string name) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    // The kernel could wait for us, but not be told to stop.
    private async Task<IDisposable> WaitAsync(Func<LockFile, bool> tryLock, LockedPlaces places, string obstacle, TimeSpan limit, CancellationToken cancellationToken)
    {
        var held = Open();
        try
        {
            var start = timeProvider.GetTimestamp();
            var holders = new LockHolders(file, places);
            for (var pause = ShortestPause; !tryLock(held); pause = pause < LongestPause ? pause * 2 : LongestPause)
            {
                var waited = timeProvider.GetElapsedTime(start);
                holders.RequireProgress(waited);
                if (waited >= limit)
                    throw new CniException(CniErrorCode.TryAgainLater, $"{obstacle}, and did not end within {limit.TotalSeconds:0.###} s ({file})");

                await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            return held;
        }
        catch (IOException failure)
        {
            held.Dispose();
            throw Unusable(failure);
        }
        catch
        {
            held.Dispose();
            throw;
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
        new(CniErrorCode.InputOutput, $"the lock file {file} cannot be used: {ErrorText.Of(failure)}", details: null, failure);
}
