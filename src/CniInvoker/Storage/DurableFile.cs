using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>Files that, whenever the power goes, hold the old or the new content, whole. For root alone.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnersDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void MakeDirectory(string directory) => Directory.CreateDirectory(directory, OwnersDirectory);

    /// <summary>Writes a file, whether it is there or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it holds afterwards.</param>
    /// <param name="temporary">A file beside it, for the time of writing; nobody else's.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, string temporary)
    {
        WholeFile.Write(path, content, temporary, (from, to) => File.Move(from, to, overwrite: true));
        SyncDirectoryOf(path);
    }

    /// <summary>Writes a file that is not there yet.</summary>
    /// <returns>False when it is: nothing has been changed then.</returns>
    /// <inheritdoc cref="Replace"/>
    public static bool Create(string path, ReadOnlySpan<byte> content, string temporary)
    {
        var isThere = false;
        WholeFile.Write(path, content, temporary, (from, to) => isThere = !TryLink(from, to));
        File.Delete(temporary);
        if (!isThere)
            SyncDirectoryOf(path);

        return !isThere;
    }

    private static bool TryLink(string from, string to)
    {
        if (LibC.link(from, to) == 0)
            return true;

        var error = Marshal.GetLastPInvokeError();
        return error == LibC.EEXIST ? false : throw LibC.Failure("link", error);
    }

    private static void SyncDirectoryOf(string path)
    {
        using var directory = LibC.open(Path.GetDirectoryName(path)!, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
        if (directory.IsInvalid || LibC.fsync(directory) != 0)
            throw LibC.Failure("fsync");
    }
}
