using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Service;

namespace Bridge.Adapter.State;

/// <summary>One daemon per directory, of state or of what is there while it runs: two would undo each other's attachments.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <exception cref="ServiceException">Another process holds it, or it cannot be taken.</exception>
    public static StateLock Take(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (LibC.KindOf(path) is { } kind and not FileKind.File)
            {
                throw new ServiceException($"{path} is a {kind.Text()}, where cnm-cni keeps a file. Nobody but cnm-cni has business there: look at it, then remove it.");
            }

            // FileShare.None is an flock on Unix: the kernel drops it when the process dies, however it dies.
            return new StateLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException held) when (held.HResult == (int)Errno.EAGAIN)
        {
            throw new ServiceException(
                $"another cnm-cni holds {path}. Only one may serve from one directory; " +
                $"stop the other (cnm-cni status tells whether it answers).", held);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"the directory {directory} cannot be used: {unusable.Message}", unusable);
        }
    }

    public void Dispose() => _file.Dispose();
}
