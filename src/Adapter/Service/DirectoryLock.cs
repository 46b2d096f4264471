using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Service;

/// <summary>
/// Makes sure that one daemon uses a state directory or run directory: two would clean up each other's attachments. Locks both the
/// directory and a file in it: the file can be removed, and earlier versions check the file alone.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    // A plugin that a killed cnm-cni has just begun to start has its locks until it executes its own program (vfork(2)).
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly string _directory;
    private SafeFileHandle _place;
    private FileStream _file;

    private DirectoryLock(string directory)
    {
        _directory = directory;
        _place = LockPlace(directory);
        try
        {
            _file = LockFile(directory);
        }
        catch
        {
            _place.Dispose();
            throw;
        }
    }

    private string FilePath => PathIn(_directory);

    /// <exception cref="ServiceException">Another process holds it, or it cannot be taken.</exception>
    public static DirectoryLock Take(string directory) => Guarded(directory, () =>
    {
        Directory.CreateDirectory(directory, HostDirectories.OwnerOnly);
        DaemonDirectories.Require(PathIn(directory), FileKind.File);
        DirectoryLock? taken = null;
        SpinWait.SpinUntil(() => (taken = TryTake(directory)) is not null, Patience);
        return taken ?? new DirectoryLock(directory); // Says who has it.
    });

    /// <summary>Takes the lock again, if the file or the directory was removed or replaced.</summary>
    /// <returns>Whether that was needed.</returns>
    /// <exception cref="ServiceException">Another process holds it, or it cannot be taken.</exception>
    public bool Renew() => Guarded(_directory, () =>
    {
        if (!Directory.Exists(_directory))
            Directory.CreateDirectory(_directory, HostDirectories.OwnerOnly);

        var isPlaceRenewed = Renewed(ref _place, _directory, static place => place, LockPlace);
        return Renewed(ref _file, FilePath, static file => file.SafeFileHandle, _ => LockFile(_directory)) || isPlaceRenewed;
    });

    public void Dispose()
    {
        _file.Dispose();
        _place.Dispose();
    }

    private static DirectoryLock? TryTake(string directory)
    {
        try
        {
            return new DirectoryLock(directory);
        }
        catch (Exception held) when (held is ServiceException or IOException { HResult: (int)Errno.EAGAIN })
        {
            return null;
        }
    }

    private static string PathIn(string directory) => Path.Combine(directory, "lock");

    private static bool Renewed<T>(ref T held, string path, Func<T, SafeFileHandle> handleOf, Func<string, T> lockAgain)
        where T : IDisposable
    {
        using (var there = LibC.TryOpen(path))
        {
            if (there is not null && LibC.Identity(there) == LibC.Identity(handleOf(held)))
                return false;
        }

        var lost = held;
        held = lockAgain(path);
        lost.Dispose();
        return true;
    }

    private static SafeFileHandle LockPlace(string directory)
    {
        var place = LibC.Open(directory);
        if (LibC.TryLock(place))
            return place;

        place.Dispose();
        throw Held(directory);
    }

    // .NET implements FileShare.None by flock(2). The kernel releases it when the process ends, also when it is killed.
    private static FileStream LockFile(string directory) =>
        new(PathIn(directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static T Guarded<T>(string directory, Func<T> attempt)
    {
        try
        {
            return attempt();
        }
        catch (IOException held) when (held.HResult == (int)Errno.EAGAIN)
        {
            throw Held(directory, held);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"the directory {directory} cannot be used: {ErrorDescription.OfFile(unusable)}", unusable);
        }
    }

    private static ServiceException Held(string directory, Exception? cause = null) => new(
        $"another cnm-cni holds {PathIn(directory)}. Only one may serve from one directory; stop the other (cnm-cni status shows " +
        "whether it answers).", cause);
}
