namespace Bridge.Adapter.State;

/// <summary>One daemon per state directory: two would undo each other's attachments.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <exception cref="InvalidOperationException">Another process holds it.</exception>
    public static StateLock Take(string stateDirectory)
    {
        Directory.CreateDirectory(stateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(stateDirectory, "lock");
        try
        {
            // FileShare.None is an flock on Unix: the kernel drops it when the process dies, however it dies.
            return new StateLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException held) when (held is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new InvalidOperationException(
                $"another cnm-cni holds {path}. Only one may serve from one state directory; " +
                $"stop the other (cnm-cni status tells whether it answers).", held);
        }
    }

    public void Dispose() => _file.Dispose();
}
