using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>Files that, whenever the power goes, hold the old or the new content, whole. For root alone.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersDirectory = OwnersFile | UnixFileMode.UserExecute;

    public static void MakeDirectory(string directory) => Directory.CreateDirectory(directory, OwnersDirectory);

    /// <summary>Writes a file, whether it is there or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it holds afterwards.</param>
    /// <param name="temporary">A file beside it, for the time of writing; nobody else's.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, string temporary)
    {
        WriteThrough(temporary, content);
        File.Move(temporary, path, overwrite: true);
        SyncDirectoryOf(path);
    }

    /// <summary>Writes a file that is not there yet.</summary>
    /// <returns>False when it is: nothing has been changed then.</returns>
    /// <inheritdoc cref="Replace"/>
    public static bool Create(string path, ReadOnlySpan<byte> content, string temporary)
    {
        WriteThrough(temporary, content);
        try
        {
            if (LibC.link(temporary, path) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == LibC.EEXIST ? false : throw LibC.Failure("link", error);
            }
        }
        finally
        {
            File.Delete(temporary);
        }

        SyncDirectoryOf(path);
        return true;
    }

    private static void WriteThrough(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnersFile };
        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static void SyncDirectoryOf(string path)
    {
        using var directory = LibC.open(Path.GetDirectoryName(path)!, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
        if (directory.IsInvalid || LibC.fsync(directory) != 0)
        {
            throw LibC.Failure("fsync");
        }
    }
}
