using Bridge.Adapter.Sandboxes.Native;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.State;

/// <summary>Replaces a file so that, whenever the power goes, either the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private static void SyncDirectory(string directory)
    {
        using SafeFileHandle handle = LibC.OpenDirectory(directory);
        LibC.Sync(handle);
    }
}
