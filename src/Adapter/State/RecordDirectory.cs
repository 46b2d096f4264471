using System.Collections.Concurrent;
using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>
/// Records of one kind: in memory for reading, on disk for the next process.
/// <code>
/// DIRECTORY/            mode 0700
///   ID.json             mode 0600, one record; replaced whole, never edited
///   ID.json.new         a write in progress; discarded at the next start
///   ID.json.unreadable  set aside at start: no record, or a damaged one
/// </code>
/// A write is durable when <see cref="Write"/> returns: temporary file, fsync, rename, fsync of the directory. Records of a newer version
/// stay where they are, unread.
/// </summary>
/// <param name="directory">Created where it is missing.</param>
/// <param name="kind">Format and transitions.</param>
/// <param name="couldNotWrite">Called for each record that <see cref="Keep"/> could not write.</param>
internal sealed partial class RecordDirectory<T>(string directory, RecordKind<T> kind, Action<string, Exception>? couldNotWrite = null)
    where T : class, IRecord
{
    private const string Extension = ".json";
    private const string SetAside = ".unreadable";

    private readonly ConcurrentDictionary<string, T> _records = new(StringComparer.Ordinal);

    // By id, the files that could not be read.
    private readonly ConcurrentDictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    private long _writeFailures;

    public ICollection<T> All => _records.Values;

    public T? Find(string id) => _records.GetValueOrDefault(id);

    /// <summary>
    /// A file of this id is there and could not be read: the record exists, with unknown content.
    /// </summary>
    public bool IsUnreadable(string id) => _unreadable.TryGetValue(id, out var file) && IsThere(file);

    /// <summary>There is such a file, of any id.</summary>
    public bool HasUnreadable => _unreadable.Values.Any(IsThere);

    /// <summary>How many writes have failed since the process began.</summary>
    public long WriteFailures => Interlocked.Read(ref _writeFailures);

    /// <exception cref="ImpossibleTransitionException">The record may not follow the one that is there.</exception>
    /// <exception cref="JournalException">It is not on the disk, or not certainly.</exception>
    public void Write(T record)
    {
        kind.RequireTransition(Find(record.Id), record);
        try
        {
            RequireReplaceable(record.Id);
            Put(PathOf(record.Id), Sized(kind.Write(record)));
            _records[record.Id] = record;
            RecordFile.SyncDirectory(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _writeFailures);
            throw new JournalException(directory, failure);
        }
    }

    /// <summary>
    /// As <see cref="Write"/>, for clean-ups, which go on where the disk fails: after a crash the older record leads to the same clean-up.
    /// </summary>
    /// <exception cref="ImpossibleTransitionException">The record may not follow the one that is there.</exception>
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

    /// <summary>Not durable at once: should the file come back after a power loss, a second clean-up does no harm.</summary>
    /// <exception cref="ImpossibleTransitionException">The record must be cleaned up first.</exception>
    public void Remove(string id)
    {
        if (Find(id) is { } record)
            kind.RequireTransition(record, null);

        FaultPoint.Pass(FaultKind.Write, $"removal of {PathOf(id)}");
        try
        {
            File.Delete(PathOf(id));
        }
        catch (DirectoryNotFoundException)
        {
            // The whole directory was removed.
        }

        _records.TryRemove(id, out _);
    }

    /// <summary>
    /// As <see cref="Write"/>, for a record that can be restored from elsewhere: in memory alone where an unreadable file has its name.
    /// </summary>
    /// <exception cref="JournalException">It is not on the disk, or not certainly.</exception>
    public void Learn(T record)
    {
        if (_unreadable.TryGetValue(record.Id, out var file) && file == PathOf(record.Id) && IsThere(file))
            _records[record.Id] = record;
        else
            Write(record);
    }

    /// <summary>Records whose file another program has removed.</summary>
    public IReadOnlyList<string> Missing => [.. _records.Keys.Where(id => LibC.KindOf(PathOf(id)) is null)];

    /// <summary>Writes one of <see cref="Missing"/> again. The caller holds its gate.</summary>
    /// <exception cref="JournalException">It is not on the disk, or not certainly.</exception>
    public bool Rewrite(string id)
    {
        if (Find(id) is not { } record || LibC.KindOf(PathOf(id)) is not null)
            return false;

        Make();
        Write(record);
        return true;
    }

    private void Make()
    {
        if (LibC.KindOf(directory) is { } kind and not FileKind.Directory)
        {
            var target = kind == FileKind.Link ? $" to {new DirectoryInfo(directory).LinkTarget}" : "";
            throw new IOException($"{directory} is a {kind.Text()}{target}, where a directory is expected. Remove it; its target is " +
                "not touched.");
        }

        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Put(string path, byte[] content)
    {
        try
        {
            RecordFile.Write(path, content);
        }
        catch (DirectoryNotFoundException)
        {
            Make(); // The whole directory was removed; repair reports it and writes the other records again.
            RecordFile.Write(path, content);
        }
    }

    // A newer program may have written it.
    private void RequireReplaceable(string id)
    {
        if (_unreadable.TryGetValue(id, out var file) && file == PathOf(id) && IsThere(file))
            throw new IOException($"{file} could not be read when the daemon started and is not replaced (cnm-cni status shows why)");
    }

    // A larger record could not be read again.
    private static byte[] Sized(byte[] content) => content.Length <= RecordFile.Largest
        ? content
        : throw new IOException(
            $"a record of {content.Length >> 20} MiB is too large (at most {RecordFile.Largest >> 20} MiB): configuration and result " +
            "of the chain are too large");

    private static bool IsThere(string file) => file.Contains(RecordFile.NotUtf8) || LibC.KindOf(file) is not null;

    private string PathOf(string id) => Path.Combine(directory, id + Extension);
}
