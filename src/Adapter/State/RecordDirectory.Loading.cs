using System.Text.Json;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>What is in the directory when somebody looks: records, and whatever else has come there.</summary>
internal sealed partial class RecordDirectory<T>
{
    /// <summary>
    /// Reads what an earlier process left. Returns the files that could not be read: set aside where that is possible, not lost, and tried again at the next
    /// start. No file keeps another from being read.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public IReadOnlyList<(string File, string Reason)> Load()
    {
        Make();
        var unreadable = new List<(string, string)>();
        foreach (var unfinished in Entries(Extension + RecordFile.Unfinished))
            Discard(unfinished, unreadable);

        foreach (var file in Entries(Extension))
            Take(file, file + SetAside, unreadable);

        // A later program may read what an earlier one could not.
        foreach (var file in Entries(Extension + SetAside).Where(file => !unreadable.Exists(other => other.Item1 == file)))
            Restore(file, unreadable);

        return unreadable;
    }

    /// <summary>
    /// What is on disk now, for a process that is not the records' owner: changes nothing, neither there nor in memory. Files that an owner
    /// has set aside count among the unreadable ones.
    /// </summary>
    public (IReadOnlyList<T> Records, IReadOnlyList<(string File, string Reason)> Unreadable) Peek()
    {
        if (!Directory.Exists(directory))
            return ([], []);

        var records = new List<T>();
        var unreadable = Entries(Extension + SetAside).Select(file => (file, "it was set aside when the daemon started")).ToList();
        foreach (var file in Entries(Extension))
        {
            try
            {
                records.Add(Read(file));
            }
            catch (FileNotFoundException)
            {
                // Its owner has dropped it meanwhile.
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                unreadable.Add((file, Words(broken)));
            }
        }

        return (records, unreadable);
    }

    private string[] Entries(string ending) =>
        [.. Directory.EnumerateFileSystemEntries(directory).Where(entry => entry.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static void Discard(string unfinished, List<(string File, string Reason)> unreadable)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            unreadable.Add((unfinished, $"it is in the way of writing its record, and cannot be removed: {FileWords.Of(refused)}"));
        }
    }

    // Whatever is wrong with one file is that file's trouble: the others are of running containers.
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
            Note(SetAsideOrLeft(file, aside), Words(broken), unreadable);
        }
    }

    private static string Words(Exception broken) => broken is JsonException invalid ? JsonWords.Of(invalid) : FileWords.Of(broken);

    private void Note(string file, string reason, List<(string File, string Reason)> unreadable)
    {
        unreadable.Add((file, reason));
        var name = Path.GetFileName(file);
        _unreadable[name[..name.IndexOf(Extension, StringComparison.Ordinal)]] = file;
    }

    // A file system that is broken or mounted there does not let go of it.
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
            unreadable.Add((file, "it was set aside, and there is another record of its name"));
            return;
        }

        Take(SetAsideOrLeft(file, original), file, unreadable);
    }

    /// <exception cref="JsonException">The file holds no record, or that of another id.</exception>
    /// <exception cref="NewerRecordException">A later program has written it.</exception>
    private T Read(string file)
    {
        var record = kind.Read(RecordFile.Read(file));
        var name = Path.GetFileName(file);
        return record.Id == name[..name.IndexOf(Extension, StringComparison.Ordinal)]
            ? record
            : throw new JsonException($"the file's name does not match the id {record.Id} inside");
    }
}
