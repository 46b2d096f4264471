using System.Text.Json;
using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <content>Reading the directories: records, and other files.</content>
internal sealed partial class RecordDirectory<T>
{
    private const string Extension = RecordFolder.Extension;
    private const string SetAside = RecordFolder.SetAside;

    /// <summary>
    /// Reads the records of the previous process. A file that cannot be read is set aside where that is possible, is tried again at every
    /// start, and does not prevent others from being read.
    /// </summary>
    /// <returns>The files that could not be read.</returns>
    /// <exception cref="IOException">A directory cannot be used.</exception>
    public IReadOnlyList<(string File, string Reason)> Load()
    {
        var unreadable = new List<(string, string)>();
        foreach (var folder in Folders)
        {
            folder.Make();
            foreach (var unfinished in folder.Entries(Extension + RecordFile.Unfinished))
                Discard(unfinished, unreadable);

            foreach (var file in folder.Entries(Extension))
                Take(file, file + SetAside, folder, unreadable);

            // This program may be able to read what an earlier one could not.
            foreach (var file in folder.Entries(Extension + SetAside).Where(file => !unreadable.Exists(other => other.Item1 == file)))
                Restore(file, folder, unreadable);
        }

        return unreadable;
    }

    /// <summary>
    /// The records in the files, for a process that does not own them: changes nothing, in files or in memory. Files that were set aside
    /// count among the unreadable ones.
    /// </summary>
    public (IReadOnlyList<T> Records, IReadOnlyList<(string File, string Reason)> Unreadable) Peek()
    {
        var records = new Dictionary<string, T>(StringComparer.Ordinal);
        var unreadable = new List<(string, string)>();
        foreach (var folder in Folders.Where(folder => Directory.Exists(folder.DirectoryPath)))
        {
            unreadable.AddRange(folder.Entries(Extension + SetAside).Select(file => (file, "the daemon set it aside when it started")));
            foreach (var file in folder.Entries(Extension))
            {
                try
                {
                    if (!records.ContainsKey(IdOf(file)))
                        records.Add(IdOf(file), Read(file));
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
        }

        return ([.. records.Values], unreadable);
    }

    // The present one first: where it has a record, the durable file is an older state of it.
    private IEnumerable<RecordFolder> Folders => _present is null ? [_durable] : [_present, _durable];

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
    private void Take(string file, string aside, RecordFolder folder, List<(string File, string Reason)> unreadable)
    {
        try
        {
            if (folder == _durable && _present is not null)
                TakeDurable(file);
            else
                Remember(Read(file), isFound: true);
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

    private void TakeDurable(string file)
    {
        var id = IdOf(file);
        if (_records.ContainsKey(id))
        {
            RecordFile.RequireFile(file);
            _durableIds.TryAdd(id, 0); // The present file is what counts.
            return;
        }

        var record = Read(file);
        if (_unreadable.ContainsKey(id) && (!IsOfEarlierBoot(record) || UnreadableInPlace(id) is not null))
            return; // An older state of a record that cannot be read.

        if (record is PluginRecord { IsUnfinished: true } && !IsOfEarlierBoot(record))
            throw new JsonException($"its present state, {_present!.PathOf(id)}, was removed: what it describes may be in use");

        _unreadable.TryRemove(id, out _); // Whatever the present file held has ended with that boot.
        Remember(record, isFound: true);
        _durableIds.TryAdd(id, 0);
        TryMakePresent(record);
    }

    private static bool IsOfEarlierBoot(T record) => record is PluginRecord plugin && plugin.BootId != BootId.Current();

    // Its absence would mean the opposite at the next start.
    private void TryMakePresent(T record)
    {
        try
        {
            _present!.Put(record.Id, kind.Write(record), syncs: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            couldNotWrite?.Invoke(_present!.PathOf(record.Id), failure); // A missing record, which repair writes again.
        }
    }

    private static string ErrorOf(Exception broken) =>
        broken is JsonException invalid ? ErrorDescription.OfJson(invalid) : ErrorDescription.OfFile(broken);

    private static string IdOf(string file)
    {
        var name = Path.GetFileName(file);
        return name[..name.IndexOf(Extension, StringComparison.Ordinal)];
    }

    private void Note(string file, string reason, List<(string File, string Reason)> unreadable)
    {
        unreadable.Add((file, reason));
        _unreadable[IdOf(file)] = file;
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

    private void Restore(string file, RecordFolder folder, List<(string File, string Reason)> unreadable)
    {
        var original = file[..^SetAside.Length];
        if (LibC.KindOf(original) is not null)
        {
            unreadable.Add((file, "it was set aside, and another record has its name"));
            return;
        }

        Take(SetAsideOrLeft(file, original), file, folder, unreadable);
    }

    /// <exception cref="JsonException">The file holds no record, or that of another id.</exception>
    /// <exception cref="NewerRecordException">A newer program has written it.</exception>
    private T Read(string file)
    {
        var record = kind.Read(RecordFile.Read(file));
        return record.Id == IdOf(file) ? record : throw new JsonException($"its name does not match the id {record.Id} inside");
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
        RequireFile(path);
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

    /// <exception cref="JsonException">It is no ordinary file.</exception>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    public static void RequireFile(string path)
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
    }

    /// <summary>Replaces a record. When it throws, the file is unchanged.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its whole new content.</param>
    /// <param name="syncs">The content is durable when it returns, and its name once <see cref="SyncDirectory"/> has returned too.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool syncs)
    {
        FaultPoint.Pass(FaultKind.Write, $"content of {path}");
        DurableFile.Write(path, content, path + Unfinished, Publish, syncs);

        static void Publish(string from, string to)
        {
            FaultPoint.Pass(FaultKind.Write, $"name of {to}");
            File.Move(from, to, overwrite: true);
        }
    }

    /// <summary>Succeeds where the file is gone already.</summary>
    public static void Remove(string path)
    {
        FaultPoint.Pass(FaultKind.Write, $"removal of {path}");
        File.Delete(path);
    }

    public static void SyncDirectory(string directory)
    {
        FaultPoint.Pass(FaultKind.Write, $"entries of {directory}");
        LibC.SyncDirectory(directory);
    }
}
