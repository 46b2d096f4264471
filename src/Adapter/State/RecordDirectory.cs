using System.Collections.Concurrent;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>
/// Records of one kind: in memory for reading, in files for the next process.
/// <list type="bullet">
/// <item>The present directory, below /run, has every record as it is. It survives the death of cnm-cni, and ends with the machine: a
/// write there needs no fsync.</item>
/// <item>The durable directory has what a power cut must not take: the records, as they were when they last held something that outlives
/// the kernel (<see cref="RecordKind{T}.IsDurable"/>). Such a write is durable when <see cref="Write"/> returns: temporary file, fsync,
/// rename, fsync of the directory.</item>
/// </list>
/// A record is written to the present directory first and removed from it last. So a durable file without a present one is of an earlier
/// boot, or the present one was removed. Kinds without a present directory have every write in the durable one.
/// </summary>
/// <param name="directory">The durable directory.</param>
/// <param name="present">The present directory; null: none.</param>
/// <param name="kind">Format and transitions.</param>
/// <param name="couldNotWrite">Called for each record that <see cref="Keep"/> could not write.</param>
/// <param name="share">Returns an equal record that takes less memory.</param>
internal sealed partial class RecordDirectory<T>(
    string directory, string? present, RecordKind<T> kind, Action<string, Exception>? couldNotWrite = null,
    Func<T, T>? share = null)
    where T : class, IRecord
{
    private readonly RecordFolder _durable = new(directory);
    private readonly RecordFolder? _present = present is null ? null : new(present);

    private readonly ConcurrentDictionary<string, T> _records = new(StringComparer.Ordinal);

    // The ids that have a durable file too. Unused without a present directory.
    private readonly ConcurrentDictionary<string, byte> _durableIds = new(StringComparer.Ordinal);

    // By id, the files that could not be read.
    private readonly ConcurrentDictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    private readonly Lock _turn = new();

    // Changed only while the directory is made.
    private readonly List<RecordIndex<T>> _indexes = [];

    private long _writeFailures;

    /// <summary>
    /// Called after each change with the record before and after it (null: none), in the order of the changes, under a lock. It must
    /// return at once. Not called for what <see cref="Load"/> finds.
    /// </summary>
    public Action<T?, T?>? Changed { get; set; }

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
    /// <exception cref="JournalException">It is not in its files, or not certainly.</exception>
    public void Write(T record)
    {
        var before = Find(record.Id);
        kind.RequireTransition(before, record);
        Put(record, before, isDurable: _present is null || kind.IsDurable(before, record));
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
            Remember(record);
            couldNotWrite?.Invoke((_present ?? _durable).PathOf(record.Id), failure);
        }
    }

    /// <summary>Not durable at once: should the file come back after a power loss, a second clean-up does no harm.</summary>
    /// <exception cref="ImpossibleTransitionException">The record must be cleaned up first.</exception>
    public void Remove(string id)
    {
        if (Find(id) is { } record)
            kind.RequireTransition(record, null);

        if (_present is null || _durableIds.ContainsKey(id))
            _durable.Remove(id);

        _durableIds.TryRemove(id, out _);
        _present?.Remove(id);
        lock (_turn)
        {
            if (_records.TryRemove(id, out var removed))
            {
                _indexes.ForEach(index => index.Replace(removed, null));
                Changed?.Invoke(removed, null);
            }
        }
    }

    /// <summary>
    /// As <see cref="Write"/>, for a record that can be restored from elsewhere: in memory alone where an unreadable file has its name.
    /// </summary>
    /// <exception cref="JournalException">It is not in its files, or not certainly.</exception>
    public void Learn(T record)
    {
        if (UnreadableInPlace(record.Id) is null)
            Write(record);
        else
            Remember(record);
    }

    /// <summary>Records of which another program has removed a file.</summary>
    public IReadOnlyList<string> Missing => [.. _records.Keys.Where(IsMissing)];

    /// <summary>Writes one of <see cref="Missing"/> again. The caller holds its gate.</summary>
    /// <exception cref="JournalException">It is not in its files, or not certainly.</exception>
    public bool Rewrite(string id)
    {
        if (Find(id) is not { } record || !IsMissing(id))
            return false;

        Put(record, record, isDurable: _present is null || _durableIds.ContainsKey(id));
        return true;
    }

    /// <summary>To be called before the first record is there.</summary>
    /// <param name="keysOf">The keys under which a record is found. Null ones do not count.</param>
    public RecordIndex<T> IndexBy(Func<T, IEnumerable<string?>> keysOf)
    {
        var index = new RecordIndex<T>(keysOf);
        _indexes.Add(index);
        return index;
    }

    private void Remember(T record, bool isFound = false)
    {
        lock (_turn)
        {
            var before = Find(record.Id);
            _records[record.Id] = record = share?.Invoke(record) ?? record;
            _indexes.ForEach(index => index.Replace(before, record));
            if (!isFound)
                Changed?.Invoke(before, record);
        }
    }

    private bool IsMissing(string id) => _present is null
        ? !_durable.Has(id)
        : !_present.Has(id) || (_durableIds.ContainsKey(id) && !_durable.Has(id));

    private void Put(T record, T? before, bool isDurable)
    {
        var folder = _present ?? _durable;
        try
        {
            RequireReplaceable(record.Id);
            var content = Sized(kind.Write(record));
            _present?.Put(record.Id, content, syncs: false);
            folder = isDurable ? _durable : folder;
            if (isDurable)
                PutDurable(record, before, content);
            else
                Remember(record);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _writeFailures);
            throw new JournalException(folder.DirectoryPath, failure);
        }
    }

    private void PutDurable(T record, T? before, byte[] content)
    {
        try
        {
            _durable.Put(record.Id, content, syncs: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TakeBack(record.Id, before);
            throw;
        }

        Remember(record);
        _durableIds.TryAdd(record.Id, 0);
        _durable.Sync();
    }

    // The present file already has what could not be made durable, and what depends on it will not be done. Where it cannot be taken back,
    // the next start cleans up something that was never begun, which does no harm.
    private void TakeBack(string id, T? before)
    {
        try
        {
            if (before is null)
                _present?.Remove(id);
            else
                _present?.Put(id, kind.Write(before), syncs: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            couldNotWrite?.Invoke(_present!.PathOf(id), failure);
        }
    }

    // A newer program may have written it.
    private void RequireReplaceable(string id)
    {
        if (UnreadableInPlace(id) is { } file)
            throw new IOException($"{file} could not be read when the daemon started and is not replaced (cnm-cni status shows why)");
    }

    private string? UnreadableInPlace(string id) =>
        _unreadable.TryGetValue(id, out var file) && (file == _durable.PathOf(id) || file == _present?.PathOf(id)) && IsThere(file)
            ? file
            : null;

    // A larger record could not be read again.
    private static byte[] Sized(byte[] content) => content.Length <= RecordFile.Largest
        ? content
        : throw new IOException(
            $"a record of {content.Length >> 20} MiB is too large (at most {RecordFile.Largest >> 20} MiB): configuration and result " +
            "of the chain are too large");

    private static bool IsThere(string file) => file.Contains(RecordFile.NotUtf8) || LibC.KindOf(file) is not null;
}
