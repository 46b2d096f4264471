using System.Collections.Concurrent;

namespace Bridge.Adapter.State;

/// <summary>Most records of a CNI network have the same configuration: they have it as one text, which is parsed once for all.</summary>
internal sealed class SharedConfigurations
{
    // By CNI network, the latest one.
    private readonly ConcurrentDictionary<string, RecordedJson> _latest = new(StringComparer.Ordinal);

    public T Share<T>(T record) where T : PluginRecord
    {
        var shared = _latest.GetOrAdd(record.CniNetwork, record.Configuration);
        if (ReferenceEquals(shared, record.Configuration))
            return record;

        if (shared.Equals(record.Configuration))
            return (T)((PluginRecord)record with { Configuration = shared });

        _latest[record.CniNetwork] = record.Configuration;
        return record;
    }
}
