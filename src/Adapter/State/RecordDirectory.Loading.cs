using System.Text.Json;
using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <content>Reading the directory: records, and other files.</content>
internal sealed partial class RecordDirectory<T>
{
    /// <summary>
    /// Reads the records of the previous process. A file that cannot be read is set aside where that is possible, is tried again at every
    /// start, and does not prevent others from being read.
    /// </summary>
    /// <returns>The files that could not be read.</returns>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public IReadOnlyList<(string File, string Reason)> Load()
    {
        Make();
        var unreadable = new List<(string, string)>();
        foreach (var unfinished in Entries(Extension + RecordFile.Unfinished))
            Discard(unfinished, unreadable);

        foreach (var file in Entries(Extension))
            Take(file, file + SetAside, unreadable);

        // This program may be able to read what an earlier one could not.
        foreach (var file in Entries(Extension + SetAside).Where(file => !unreadable.Exists(other => other.Item1 == file)))
            Restore(file, unreadable);

        return unreadable;
    }

    /// <summary>
    /// The records on disk, for a process that does not own them: changes nothing, on disk or in memory. Files that were set aside count
    /// among the unreadable ones.
    /// </summary>
    public (IReadOnlyList<T> Records, IReadOnlyList<(string File, string Reason)> Unreadable) Peek()
    {
        if (!Directory.Exists(directory))
            return ([], []);

        var records = new List<T>();
        var unreadable = Entries(Extension + SetAside).Select(file => (file, "the daemon set it aside when it started")).ToList();
        foreach (var file in Entries(Extension))
        {
            try
            {
                records.Add(Read(file));
            }
            catch (FileNotFoundException)
            {
                // The daemon has removed it meanwhile.
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                unreadable.Add((file, ErrorOf(broken)));
            }
        }

        return (records, unreadable);
    }

    private string[] Entries(string ending) =>
        [.. Directory.EnumerateFileSystemEntries(directory)
            .Where(entry => entry.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static void Discard(string unfinished, List<(string File, string Reason)> unreadable)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            unreadable.Add((unfinished, "the record cannot be written as long as this file is there, and it cannot be removed: " +
                ErrorDescription.OfFile(refused)));
        }
    }

    // One bad file must not stop the others: they are of running containers.
    private void Take(string file, string aside, List<(string File, string Reason)> unreadable)
    {
        try
        {
            var record = Read(file);
            _records[record.Id] = record;
        }
        catch (NewerRecordException newer)
        {
            Note(file, newer.Message, unreadable);
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            Note(SetAsideOrLeft(file, aside), ErrorOf(broken), unreadable);
        }
    }

    private static string ErrorOf(Exception broken) =>
        broken is JsonException invalid ? ErrorDescription.OfJson(invalid) : ErrorDescription.OfFile(broken);

    private void Note(string file, string reason, List<(string File, string Reason)> unreadable)
    {
        unreadable.Add((file, reason));
        var name = Path.GetFileName(file);
        _unreadable[name[..name.IndexOf(Extension, StringComparison.Ordinal)]] = file;
    }

    // A broken file system, or one that is mounted there, refuses the rename.
    private static string SetAsideOrLeft(string file, string aside)
    {
        try
        {
            LibC.Rename(file, aside);
            return aside;
        }
        catch (IOException)
        {
            return file;
        }
    }

    private void Restore(string file, List<(string File, string Reason)> unreadable)
    {
        var original = file[..^SetAside.Length];
        if (LibC.KindOf(original) is not null)
        {
            unreadable.Add((file, "it was set aside, and another record has its name"));
            return;
        }

        Take(SetAsideOrLeft(file, original), file, unreadable);
    }

    /// <exception cref="JsonException">The file holds no record, or that of another id.</exception>
    /// <exception cref="NewerRecordException">A newer program has written it.</exception>
    private T Read(string file)
    {
        var record = kind.Read(RecordFile.Read(file));
        var name = Path.GetFileName(file);
        return record.Id == name[..name.IndexOf(Extension, StringComparison.Ordinal)]
            ? record
            : throw new JsonException($"its name does not match the id {record.Id} inside");
    }
}

/// <summary>Reads the bytes of a record: from ordinary files alone, up to a size, and without waiting (a pipe is not opened).</summary>
internal static class RecordFile
{
    /// <summary>In bytes; far above what a chain can answer. A damaged file must not take all memory.</summary>
    public const int Largest = 64 << 20;

    /// <summary>.NET shows it in a name for bytes that are not UTF-8. A file cannot be opened by such a name.</summary>
    public const char NotUtf8 = '\uFFFD';

    /// <summary>The extension of a file that is being written.</summary>
    public const string Unfinished = ".new";

    /// <exception cref="JsonException">It holds no record.</exception>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path)
    {
        if (path.Contains(NotUtf8))
            throw new JsonException("its name is not UTF-8");

        if (LibC.KindOf(path) is not FileKind.File and var odd)
        {
            throw odd switch
            {
                null => new FileNotFoundException("it is gone", path),
                FileKind.Link => new JsonException($"it is a link to {new FileInfo(path).LinkTarget}, which is not followed"),
                _ => new JsonException($"it is a {odd.Value.Text()}, where a file is expected"),
            };
        }

        using var file = LibC.OpenFile(path);
        var size = LibC.Size(file);
        if (size > Largest)
            throw new JsonException($"it is {size >> 20} MiB large, beyond any record");

        var content = new byte[Math.Max(size, 1)]; // Files in /proc report size 0.
        var length = 0;
        while (length < content.Length && RandomAccess.Read(file, content.AsSpan(length), length) is > 0 and var count)
            length += count;

        return length == 0 ? throw new JsonException("it is empty") : content[..length];
    }

    /// <summary>
    /// Replaces a record. Durable once <see cref="SyncDirectory"/> has returned too; when it throws, the file is unchanged.
    /// </summary>
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
