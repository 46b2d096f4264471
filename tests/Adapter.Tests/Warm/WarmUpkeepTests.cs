using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Warm;

/// <summary>When a network's warm attachments are looked after again.</summary>
public sealed class WarmUpkeepTests : IDisposable
{
    private const string Docker = "0d";
    private const string Conflist = """{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "bridge" } ] }""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("upkeep-");
    private readonly PassingTime _time = new();
    private readonly AdapterSettings _settings = new() { Repair = new RepairSettings { Interval = TimeSpan.FromHours(24) } };
    private readonly Journal _journal;
    private readonly ConfigurationDirectory _configurations;

    public WarmUpkeepTests()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "pods.conflist"), Conflist);
        _configurations = new ConfigurationDirectory(_directory.FullName);
        _journal = new Journal(Path.Combine(_directory.FullName, "state"), Path.Combine(_directory.FullName, "records"));
        _journal.Load();
        _journal.Networks.Write(new NetworkRecord(Docker, "pods", IpamMode.Null) { Warm = 2 });
        var ready = Records.Joined("e1") with { NetworkId = Docker, BootId = BootId.Current(), WarmSince = DateTimeOffset.UnixEpoch };
        ready = _journal.Attachments.Enter(ready, AttachmentPhase.Adding);
        _journal.Attachments.Enter(ready, AttachmentPhase.Added);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task The_end_of_the_pause_before_a_new_one_is_made_is_never_missed()
    {
        // At some of these beginnings the pause ends while the network is looked after.
        for (var before = 1; before <= 40; before++)
        {
            var upkeep = AfterOneWasTaken();
            _time.Pass(_settings.Warm.RefillPause - (before * PassingTime.EachLook));

            (await IsMadeWithinAsync(upkeep, _settings.Warm.RefillPause)).Should().BeTrue($"it began {before} looks before the end");
        }
    }

    // One of two is ready, so that the next one is made after the pause.
    private WarmUpkeep AfterOneWasTaken()
    {
        var configuration = CniRecord.ToElement(_configurations.Load().Find("pods")!.ToUtf8Json());
        var pool = new WarmPool(_time);
        foreach (var id in new[] { "e1", "e2" })
            pool.TryAdd(new WarmEntry(id, Docker, "pods", WarmState.Ready, configuration));

        pool.Remove("e2");
        var release =
            new WarmRelease(
                pool, _journal, new AttachmentGates(), detacher: null!, ipam: null!, new WarmSignal(), traces: null!, _settings);
        return new WarmUpkeep(
            pool, making: null!, release, comparison: null!, connections: null!, new FreeAddresses(new AddressStores(TimeProvider.System)),
            _journal, _configurations, _settings, new WarmTimes(_settings, _time, NullLogger<WarmTimes>.Instance));
    }

    // There is nobody who makes one: the attempt fails.
    private static async Task<bool> IsMadeWithinAsync(WarmUpkeep upkeep, TimeSpan longest)
    {
        try
        {
            return await upkeep.ServeAsync(Docker, Cancellation) <= longest;
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    /// <summary>A clock that goes on a little whenever somebody looks at it.</summary>
    private sealed class PassingTime : TimeProvider
    {
        public static readonly TimeSpan EachLook = TimeSpan.FromMicroseconds(10);

        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += EachLook.Ticks;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
