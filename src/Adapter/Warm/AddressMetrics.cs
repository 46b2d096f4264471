using System.Diagnostics.Metrics;
using System.Numerics;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>
/// How many addresses the CNI networks of Docker networks have left. Counted when the metrics are read, and shown to the next
/// reader: a store of thousands of files must not delay the page.
/// </summary>
internal sealed class AddressMetrics
{
    // Several readers share one count.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(15);

    private readonly FreeAddresses _free;
    private readonly ConfigurationDirectory _configurations;
    private readonly Journal _journal;
    private readonly TimeProvider _timeProvider;

    private volatile Measurement<long>[] _counts = [];
    private long _counted;
    private int _isCounting;

    public AddressMetrics(
        AdapterMetrics metrics, FreeAddresses free, ConfigurationDirectory configurations, Journal journal, TimeProvider timeProvider)
    {
        (_free, _configurations, _journal, _timeProvider) = (free, configurations, journal, timeProvider);
        metrics.Meter.CreateObservableGauge("cnm_cni_addresses_left", Read,
            description: "Addresses that host-local can still assign, by CNI network; of several subnets the smallest number.");
    }

    private Measurement<long>[] Read()
    {
        var last = Interlocked.Read(ref _counted);
        if ((last == 0 || _timeProvider.GetElapsedTime(last) >= Shortest) && Interlocked.Exchange(ref _isCounting, 1) == 0)
            _ = Task.Run(CountAsync, CancellationToken.None);

        return _counts;
    }

    private async Task CountAsync()
    {
        try
        {
            var counts = new List<Measurement<long>>();
            var networks = _configurations.Load();
            foreach (var name in _journal.ListedNetworks.Select(record => record.CniNetwork).Distinct(StringComparer.Ordinal))
            {
                if (networks.Find(name) is { } network && await CountAsync(network) is { } left)
                    counts.Add(new Measurement<long>(left, new KeyValuePair<string, object?>("cni_network", name)));
            }

            _counts = [.. counts];
        }
        finally
        {
            Interlocked.Exchange(ref _counted, _timeProvider.GetTimestamp());
            Interlocked.Exchange(ref _isCounting, 0);
        }
    }

    private async Task<long?> CountAsync(NetworkConfiguration network)
    {
        try
        {
            return await _free.CountAsync(network, CancellationToken.None) is { } count
                ? (long)BigInteger.Clamp(count, BigInteger.Zero, long.MaxValue)
                : null;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or CniException)
        {
            return null; // The page has no number then.
        }
    }
}
