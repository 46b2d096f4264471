using Adapter.Tests.State;
using System.Text.Json;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Microsoft.Extensions.Time.Testing;

namespace Adapter.Tests.Repair;

/// <summary>When the background looks at reservations that no endpoint uses. No plugin runs in these tests.</summary>
public sealed class ReservationRepairTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("reservations").FullName;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_next_look_at_an_unused_address_is_when_it_may_be_released()
    {
        var repair = Repair(orphanGrace: TimeSpan.FromMinutes(5));
        var found = _time.GetUtcNow();

        await repair.ReleaseForgottenAsync(TestContext.Current.CancellationToken);

        repair.NextLook.Should().Be(found + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task What_could_have_been_released_does_not_make_the_background_look_again_and_again_while_Docker_is_silent()
    {
        var repair = Repair(orphanGrace: TimeSpan.FromSeconds(1));
        await repair.ReleaseForgottenAsync(TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromMinutes(1));

        repair.NextLook.Should().BeNull();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private ReservationRepair Repair(TimeSpan orphanGrace)
    {
        var settings = new AdapterSettings { StateDirectory = _directory, Repair = new RepairSettings { OrphanGrace = orphanGrace } };
        var journal = new Journal(_directory);
        journal.Load();
        journal.Reservations.Bring(new ReservationRecord("r1", "pods")
        {
            Phase = ReservationPhase.Reserved,
            BootId = BootId.Current(),
            Since = _time.GetUtcNow(),
            Configuration = JsonDocument.Parse("{}").RootElement.Clone(),
            Addresses = [new ReservedAddress("10.88.0.2/16", IsClaimed: true)],
        });
        return new ReservationRepair(journal, runs: null!, new RetryTimes(settings, _time), docker: null!, settings, _time);
    }
}
