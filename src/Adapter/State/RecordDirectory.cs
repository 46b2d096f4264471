using System.Collections.Concurrent;
using System.Text.Json;
using Bridge.Adapter.Faults;

namespace Bridge.Adapter.State;

/// <summary>
/// Records of one kind: in memory for reading, on disk for the day after a crash.
/// <code>
/// DIRECTORY/            mode 0700
///   ID.json             mode 0600, one record; replaced whole, never edited
///   ID.json.new         a write in progress; discarded at the next start
///   ID.json.unreadable  set aside at start: not a record of ours
/// </code>
/// A write is durable when <see cref="Write"/> returns: temporary file, fsync, rename, fsync of the directory. Records of a newer version
/// stay where they are, unread.
/// </summary>
/// <param name="directory">Made where it is missing.</param>
/// <param name="kind">Format and moves.</param>
/// <param name="couldNotWrite">Told of each record that <see cref="Keep"/> could not bring to the disk.</param>
internal sealed class RecordDirectory<T>(string directory, RecordKind<T> kind, Action<string, Exception>? couldNotWrite = null) where T : class, IRecord
{
    private const string Extension = ".json";
    private const string SetAside = ".unreadable";

    private readonly ConcurrentDictionary<string, T> _records = new(StringComparer.Ordinal);

    private long _writeFailures;

    public ICollection<T> All => _records.Values;

    public T? Find(string id) => _records.GetValueOrDefault(id);

    /// <summary>
    /// Reads what an earlier process left. Returns the files that could not be read: set aside, not lost, and tried again at the next start.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public IReadOnlyList<(string File, string Reason)> Load()
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (new DirectoryInfo(directory).LinkTarget is { } target)
        {
            throw new IOException($"{directory} is a link to {target}, where a directory is expected. Remove it; what it leads to is not touched.");
        }

        foreach (var unfinished in Files("*" + Extension + DurableFile.Unfinished))
        {
            File.Delete(unfinished);
        }

        var unreadable = new List<(string, string)>();
        foreach (var file in Files("*" + Extension))
        {
            Take(file, file + SetAside, unreadable);
        }

        // A later program may read what an earlier one could not.
        foreach (var file in Files("*" + Extension + SetAside).Where(file => !unreadable.Exists(other => other.Item1 == file)))
        {
            Restore(file, unreadable);
        }

        return unreadable;
    }

    /// <summary>
    /// What is on disk now, for a process that is not the records' owner: changes nothing, neither there nor in memory. Files that an owner
    /// has set aside count among the unreadable ones.
    /// </summary>
    public (IReadOnlyList<T> Records, IReadOnlyList<(string File, string Reason)> Unreadable) Peek()
    {
        if (!Directory.Exists(directory))
        {
            return ([], []);
        }

        var records = new List<T>();
        var unreadable = Files("*" + Extension + SetAside).Select(file => (file, "it was set aside when the daemon started")).ToList();
        foreach (var file in Files("*" + Extension))
        {
            try
            {
                records.Add(Read(file));
            }
            catch (Exception broken) when (broken is JsonException or NewerRecordException)
            {
                unreadable.Add((file, broken.Message));
            }
            catch (FileNotFoundException)
            {
                // Its owner has dropped it meanwhile.
            }
        }

        return (records, unreadable);
    }

    /// <summary>How many writes have failed since the process began.</summary>
    public long WriteFailures => Interlocked.Read(ref _writeFailures);

    /// <exception cref="ImpossibleMoveException">The record may not follow the one that is there.</exception>
    /// <exception cref="JournalException">It is not on the disk, or not surely.</exception>
    public void Write(T record)
    {
        kind.RequireMove(Find(record.Id), record);
        try
        {
            DurableFile.Put(PathOf(record.Id), kind.Write(record));
            _records[record.Id] = record;
            DurableFile.SyncDirectory(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _writeFailures);
            throw new JournalException(directory, failure);
        }
    }

    /// <summary>
    /// As <see cref="Write"/>, where it matters more to go on than that the disk knows: undoing can be done again after a crash, by the record
    /// that is there.
    /// </summary>
    /// <exception cref="ImpossibleMoveException">The record may not follow the one that is there.</exception>
    public void Keep(T record)
    {
        try
        {
            Write(record);
        }
        catch (JournalException failure)
        {
            _records[record.Id] = record;
            couldNotWrite?.Invoke(PathOf(record.Id), failure);
        }
    }

    /// <summary>Forgets a record. Not made durable at once: should the file come back after a power loss, undoing it again does no harm.</summary>
    /// <exception cref="ImpossibleMoveException">There is something to be undone first.</exception>
    public void Remove(string id)
    {
        if (Find(id) is { } record)
        {
            kind.RequireMove(record, null);
        }

        FaultPoint.Pass(FaultKind.Write, $"removal of {PathOf(id)}");
        File.Delete(PathOf(id));
        _records.TryRemove(id, out _);
    }

    private string[] Files(string pattern) => [.. Directory.EnumerateFiles(directory, pattern).Order(StringComparer.Ordinal)];

    private void Take(string file, string aside, List<(string File, string Reason)> unreadable)
    {
        try
        {
            var record = Read(file);
            _records[record.Id] = record;
        }
        catch (NewerRecordException newer)
        {
            unreadable.Add((file, newer.Message));
        }
        catch (JsonException broken)
        {
            File.Move(file, aside, overwrite: true);
            unreadable.Add((aside, broken.Message));
        }
    }

    private void Restore(string file, List<(string File, string Reason)> unreadable)
    {
        var original = file[..^SetAside.Length];
        if (File.Exists(original))
        {
            unreadable.Add((file, "it was set aside, and there is another record of its name"));
            return;
        }

        File.Move(file, original);
        Take(original, file, unreadable);
    }

    /// <exception cref="JsonException">The file holds no record, or that of another id.</exception>
    /// <exception cref="NewerRecordException">A later program has written it.</exception>
    private T Read(string file)
    {
        if (new FileInfo(file).LinkTarget is { } target)
        {
            throw new JsonException($"it is a link to {target}, which is not followed");
        }

        var record = kind.Read(File.ReadAllBytes(file));
        return record.Id == Path.GetFileNameWithoutExtension(file)
            ? record
            : throw new JsonException($"the file's name does not match the id {record.Id} inside");
    }

    private string PathOf(string id) => Path.Combine(directory, id + Extension);
}
