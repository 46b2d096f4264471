using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Native;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.State;

/// <summary>Replaces files so that, whenever the power goes, either the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    /// <summary>What a file is called while it is written.</summary>
    public const string Unfinished = ".new";

    /// <summary>
    /// When it returns, whoever opens the file finds the new content. Durable once <see cref="SyncDirectory"/> has returned too. When it throws the file is
    /// what it was.
    /// </summary>
    public static void Put(string path, ReadOnlySpan<byte> content)
    {
        FaultPoint.Pass(FaultKind.Write, $"content of {path}");
        var temporary = path + Unfinished;
        try
        {
            Write(temporary, content);
            FaultPoint.Pass(FaultKind.Write, $"name of {path}");
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception)
        {
            Discard(temporary); // On a full disk it would keep others out.
            throw;
        }
    }

    public static void SyncDirectory(string directory)
    {
        FaultPoint.Pass(FaultKind.Write, $"entries of {directory}");
        using SafeFileHandle handle = LibC.OpenDirectory(directory);
        LibC.Sync(handle);
    }

    private static void Write(string temporary, ReadOnlySpan<byte> content)
    {
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, // Follows no link that somebody has put there.
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
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
        catch (IOException)
        {
            // The next start discards it.
        }
    }
}
