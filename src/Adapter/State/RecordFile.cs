using System.Text.Json;
using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>The bytes of a record, and of nothing else: what is no ordinary file is not opened, what is too large is not read, and nothing is waited for.</summary>
internal static class RecordFile
{
    /// <summary>Far beyond what a chain can answer; a damaged length must not take all memory.</summary>
    public const int Largest = 64 << 20;

    /// <summary>What is shown in a name for bytes that are no UTF-8. Under such a name nothing can be opened.</summary>
    public const char NotUtf8 = '\uFFFD';

    /// <summary>The extension of a file that is being written.</summary>
    public const string Unfinished = ".new";

    /// <exception cref="JsonException">There is no record in it.</exception>
    /// <exception cref="FileNotFoundException">Nothing is there any more.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path)
    {
        if (path.Contains(NotUtf8))
            throw new JsonException("its name is not UTF-8");

        if (LibC.KindOf(path) is not FileKind.File and var odd)
        {
            throw odd switch
            {
                null => new FileNotFoundException("it is not there any more", path),
                FileKind.Link => new JsonException($"it is a link to {new FileInfo(path).LinkTarget}, which is not followed"),
                _ => new JsonException($"it is a {odd.Value.Text()}, where a file is expected"),
            };
        }

        using var file = LibC.OpenFile(path);
        var size = LibC.Size(file);
        if (size > Largest)
            throw new JsonException($"it is {size >> 20} MiB large, and no record is");

        var content = new byte[Math.Max(size, 1)]; // Of files of the kernel's the size is 0, whatever is in them.
        var length = 0;
        while (length < content.Length && RandomAccess.Read(file, content.AsSpan(length), length) is > 0 and var count)
            length += count;

        return length == 0 ? throw new JsonException("it is empty") : content[..length];
    }

    /// <summary>Replaces a record. Durable once <see cref="SyncDirectory"/> has returned too; when it throws, the file is unchanged.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        FaultPoint.Pass(FaultKind.Write, $"content of {path}");
        DurableFile.Write(path, content, path + Unfinished, static (from, to) =>
        {
            FaultPoint.Pass(FaultKind.Write, $"name of {to}");
            File.Move(from, to, overwrite: true);
        });
    }

    public static void SyncDirectory(string directory)
    {
        FaultPoint.Pass(FaultKind.Write, $"entries of {directory}");
        LibC.SyncDirectory(directory);
    }
}
