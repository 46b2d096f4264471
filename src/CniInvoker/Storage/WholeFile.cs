namespace CniInvoker;

/// <summary>
/// Replaces a file by way of another beside it, so that whoever opens it finds the old or the new content, whole. One source for the library and for programs
/// that keep records of their own: what either learns about full disks, both know.
/// </summary>
internal static class WholeFile
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Durable once the directory is synced too. When it throws the file is what it was, and nothing is left beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it holds afterwards.</param>
    /// <param name="temporary">A file beside it, for the time of writing; nobody else's.</param>
    /// <param name="publish">Gives the file its name, from the temporary one.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, string temporary, Action<string, string> publish)
    {
        try
        {
            WriteThrough(temporary, content);
            publish(temporary, path);
        }
        catch (Exception)
        {
            Discard(temporary); // On a full disk it would keep others out.
            throw;
        }
    }

    private static void WriteThrough(string temporary, ReadOnlySpan<byte> content)
    {
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, // Follows no link that somebody has put there.
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = OwnersFile,
        };
        using var file = new FileStream(temporary, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next write discards it.
        }
    }
}
