using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Adapter.State;

/// <summary>
/// Records of one kind: in memory for reading, on disk for the day after a crash.
/// <code>
/// DIRECTORY/            mode 0700
///   ID.json             mode 0600, one record; replaced whole, never edited
///   ID.json.new         a write in progress; ignored and overwritten
///   ID.json.unreadable  set aside at start: not a record of ours, or of a newer version
/// </code>
/// A write is durable when <see cref="Write"/> returns: temporary file, fsync, rename, fsync of the directory.
/// </summary>
internal sealed class RecordDirectory<T>(string directory, JsonTypeInfo<T> json) where T : class, IRecord
{
    private const string Extension = ".json";
    private const string SetAside = ".unreadable";

    private readonly ConcurrentDictionary<string, T> _records = new(StringComparer.Ordinal);

    public ICollection<T> All => _records.Values;

    public T? Find(string id) => _records.GetValueOrDefault(id);

    /// <summary>Reads what an earlier process left. Returns the files that could not be read, which are set aside, not lost.</summary>
    public IReadOnlyList<(string File, string Reason)> Load()
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var unreadable = new List<(string, string)>();
        foreach (var file in Files("*" + Extension))
        {
            try
            {
                var record = Read(file);
                _records[record.Id] = record;
            }
            catch (JsonException broken)
            {
                File.Move(file, file + SetAside, overwrite: true);
                unreadable.Add((file + SetAside, broken.Message));
            }
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
            catch (JsonException broken)
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

    public void Write(T record)
    {
        DurableFile.Replace(PathOf(record.Id), JsonSerializer.SerializeToUtf8Bytes(record, json));
        _records[record.Id] = record;
    }

    /// <summary>Forgets a record. Not made durable at once: should the file come back after a power loss, undoing it again does no harm.</summary>
    public void Remove(string id)
    {
        File.Delete(PathOf(id));
        _records.TryRemove(id, out _);
    }

    private string[] Files(string pattern) => [.. Directory.EnumerateFiles(directory, pattern).Order(StringComparer.Ordinal)];

    /// <exception cref="JsonException">The file holds no record, or that of another id.</exception>
    private T Read(string file)
    {
        var record = JsonSerializer.Deserialize(File.ReadAllBytes(file), json) ?? throw new JsonException("the file holds null");
        return record.Id == Path.GetFileNameWithoutExtension(file)
            ? record
            : throw new JsonException($"the file's name does not match the id {record.Id} inside");
    }

    private string PathOf(string id) => Path.Combine(directory, id + Extension);
}
