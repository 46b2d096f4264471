namespace CniInvoker;

/// <summary>
/// Files that hold the old or the new content whole, whenever the power fails. Readable by the owner alone. Compiled into cnm-cni too, for
/// its own records.
/// </summary>
internal static class DurableFile
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void MakeDirectory(string directory) => Directory.CreateDirectory(directory, OwnersFile | UnixFileMode.UserExecute);

    /// <summary>Writes a file, whether or not it exists. Durable when it returns.</summary>
    /// <inheritdoc cref="Write"/>
    public static void Replace(string path, ReadOnlySpan<byte> content, string temporary)
    {
        Write(path, content, temporary);
        LibC.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes a file that does not exist yet. Durable when it returns.</summary>
    /// <returns>False when the file exists; then nothing has changed.</returns>
    /// <inheritdoc cref="Write"/>
    public static bool Create(string path, ReadOnlySpan<byte> content, string temporary)
    {
        var exists = false;
        Write(path, content, temporary, (from, to) => exists = !TryLink(from, to));
        File.Delete(temporary);
        if (!exists)
            LibC.SyncDirectory(Path.GetDirectoryName(path)!);

        return !exists;
    }

    /// <summary>
    /// Writes a file; durable once its directory is synced too. When it throws, the file is unchanged and the temporary file is removed.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The whole new content.</param>
    /// <param name="temporary">A file in the same directory that no other writer uses.</param>
    /// <param name="publish">Gives the temporary file its name; null: replaces what has the name.</param>
    /// <param name="syncs">False for a file that need not survive a power cut; it is whole after a crash of the process all the
    /// same.</param>
    public static void Write(
        string path, ReadOnlySpan<byte> content, string temporary, Action<string, string>? publish = null, bool syncs = true)
    {
        try
        {
            WriteNew(temporary, content, syncs);
            (publish ?? Move)(temporary, path);
        }
        catch (Exception)
        {
            Discard(temporary); // On a full disk it would take the room of other writes.
            throw;
        }
    }

    private static void WriteNew(string temporary, ReadOnlySpan<byte> content, bool syncs)
    {
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, // O_EXCL: follows no symbolic link, open(2).
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = OwnersFile,
        };
        using var file = new FileStream(temporary, options);
        file.Write(content);
        if (syncs)
            file.Flush(flushToDisk: true);
    }

    private static void Move(string from, string to) => File.Move(from, to, overwrite: true);

    private static bool TryLink(string from, string to)
    {
        if (LibC.TryLink(from, to))
            return true;

        return LibC.LastError == Errno.EEXIST ? false : throw LibC.Failure($"create {to}");
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next write deletes it first.
        }
    }
}
