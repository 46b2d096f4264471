using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Service;

/// <summary>
/// One daemon per directory, of state or of what is there while it runs: two would undo each other's attachments. Both the directory and a file in it
/// are locked: the file can be removed, and earlier versions look at it alone.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
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
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return LibC.KindOf(PathIn(directory)) is { } kind and not FileKind.File
            ? throw new ServiceException($"{PathIn(directory)} is a {kind.Text()}, where cnm-cni keeps a file. Nobody but cnm-cni has business there: look at it, then remove it.")
            : new DirectoryLock(directory);
    });

    /// <summary>Takes it again where somebody has removed the file or the directory, and has perhaps made another.</summary>
    /// <returns>Whether that was needed.</returns>
    /// <exception cref="ServiceException">Another process holds it by now, or it cannot be taken.</exception>
    public bool Renew() => Guarded(_directory, () =>
    {
        if (!Directory.Exists(_directory))
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        return Renewed(ref _place, _directory, static place => place, LockPlace) | Renewed(ref _file, FilePath, static file => file.SafeFileHandle, _ => LockFile(_directory));
    });

    public void Dispose()
    {
        _file.Dispose();
        _place.Dispose();
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

    // FileShare.None is an flock on Unix: the kernel drops it when the process dies, however it dies.
    private static FileStream LockFile(string directory) => new(PathIn(directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

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
            throw new ServiceException($"the directory {directory} cannot be used: {FileWords.Of(unusable)}", unusable);
        }
    }

    private static ServiceException Held(string directory, Exception? cause = null) => new(
        $"another cnm-cni holds {PathIn(directory)}. Only one may serve from one directory; stop the other (cnm-cni status tells whether it answers).", cause);
}
