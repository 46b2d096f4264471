using System.Collections.Concurrent;

namespace Bridge.Adapter.State;

/// <summary>
/// Records by a key that few of them share, so that no call looks through all. Read without a lock; written by the
/// <see cref="RecordDirectory{T}"/> alone.
/// </summary>
/// <param name="keysOf">The keys of a record. Null ones do not count.</param>
internal sealed class RecordIndex<T>(Func<T, IEnumerable<string?>> keysOf) where T : class, IRecord
{
    private readonly ConcurrentDictionary<string, T[]> _byKey = new(StringComparer.Ordinal);

    /// <summary>The records with this key, as they are now.</summary>
    public IReadOnlyList<T> this[string? key] => key is not null && _byKey.TryGetValue(key, out var found) ? found : [];

    /// <summary>Not concurrently.</summary>
    /// <param name="before">The record that is replaced; null: none.</param>
    /// <param name="after">What replaces it; null: nothing.</param>
    public void Replace(T? before, T? after)
    {
        string[] current = after is null ? [] : [.. KeysOf(after)];
        foreach (var key in before is null ? [] : KeysOf(before).Except(current, StringComparer.Ordinal))
            Put(key, [.. this[key].Where(record => record.Id != before!.Id)]);

        foreach (var key in current)
            Put(key, [.. this[key].Where(record => record.Id != after!.Id), after!]);
    }

    private IEnumerable<string> KeysOf(T record) => keysOf(record).OfType<string>().Distinct(StringComparer.Ordinal);

    private void Put(string key, T[] records)
    {
        if (records.Length > 0)
            _byKey[key] = records;
        else
            _byKey.TryRemove(key, out _);
    }
}
