using System.Text.Json;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Neighbours;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Sandboxes;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>What a full disk leaves: an ADD that has ended, in a record that says it is under way.</summary>
public sealed class CutOffInspectionTests : IDisposable
{
    private static readonly Look Look = new(Occasion.Background, IsThorough: false, Docker: null);

    private readonly ThrowAwayHost host = new();
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cut-off-");
    private readonly FakeTimeProvider time = new();
    private readonly AttachmentGates gates = new();
    private readonly Journal journal;
    private readonly LinkDepartures departures;
    private readonly CutOffInspection inspection;

    public CutOffInspectionTests()
    {
        var settings = new AdapterSettings();
        journal = new Journal(directory.FullName);
        journal.Load();
        departures = new LinkDepartures(host.Namespace);
        var cni = new CniAttachment(host.Staging, settings);
        var runtime = new CniRuntime(new PluginProcess(TimeProvider.System), new PluginPath([directory.FullName]), new CniDeadlines(), TimeProvider.System);
        var (sandboxRuns, ports, retries) = (new SandboxRuns(journal, cni, runtime), new PortReservations(journal, NullLogger<PortReservations>.Instance), new RetryTimes(settings, time));
        var stores = new AddressStores(TimeProvider.System);
        var leftovers = new AttachmentLeftovers(new HostLeftovers(new FirewallDump(TimeProvider.System), stores), new OwnHolders(journal), stores, new ConfigurationDirectory(host.PathOf("net.d")), journal);
        var removal = new ChainRemoval(host.Staging, cni, runtime, leftovers);
        var detacher = new Detacher(journal, host.Staging, cni, runtime, removal, sandboxRuns, leftovers, ports, new RepairSignal(), NullLogger<Detacher>.Instance);
        var arrivals = new Arrivals(departures, host.Staging, sandboxRuns, journal, gates, time, NullLogger<Arrivals>.Instance);
        var repairer = new Repairer(journal, gates, detacher, arrivals, ports, retries, survivors: null!, NullLogger<Repairer>.Instance);
        inspection = new CutOffInspection(journal, gates, repairer, new ReservationRepair(journal, runs: null!, lost: null!, retries), settings);
        WritePlugin();
    }

    public void Dispose()
    {
        departures.Dispose();
        host.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task What_nobody_is_at_work_on_is_undone_if_it_stays_so_whatever_the_clock_says()
    {
        journal.Attachments.Write(Record() with { Since = time.GetUtcNow().AddYears(1) });

        var finding = (await InspectAsync()).Should().ContainSingle().Subject;
        finding.Grace.Should().BePositive();
        (await finding.Mend!(TestContext.Current.CancellationToken)).State.Should().Be(FindingState.Mended);

        (await File.ReadAllTextAsync(Path.Combine(directory.FullName, "asked"), TestContext.Current.CancellationToken)).Should().Be("DEL\n");
        journal.Attachments.All.Should().BeEmpty();
        File.Exists(host.StagingPath).Should().BeFalse();
    }

    [Fact]
    public async Task What_somebody_is_at_work_on_is_left_to_them_however_long_it_takes()
    {
        journal.Attachments.Write(Record());

        using var passage = await gates.EnterAsync(ThrowAwayHost.Id, TestContext.Current.CancellationToken);

        (await InspectAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_went_on_meanwhile_is_not_undone()
    {
        journal.Attachments.Write(Record());
        var finding = (await InspectAsync()).Should().ContainSingle().Subject;
        journal.Attachments.Write(Record() with { Phase = AttachmentPhase.Joined });

        (await finding.Mend!(TestContext.Current.CancellationToken)).Should().Be(Mending.Unneeded);

        File.Exists(Path.Combine(directory.FullName, "asked")).Should().BeFalse();
    }

    private async Task<IReadOnlyList<Finding>> InspectAsync() => (await inspection.InspectAsync(Look, TestContext.Current.CancellationToken))!;

    private static AttachmentRecord Record()
    {
        using var configuration = JsonDocument.Parse("""{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "noted" } ] }""");
        return Records.Joined(ThrowAwayHost.Id) with
        {
            Phase = AttachmentPhase.Adding,
            BootId = BootId.Current(),
            Since = new FakeTimeProvider().GetUtcNow(),
            Configuration = configuration.RootElement.Clone(),
        };
    }

    private void WritePlugin()
    {
        var plugin = Path.Combine(directory.FullName, "noted");
        File.WriteAllText(plugin, $"#!/bin/sh\ncat > /dev/null\necho $CNI_COMMAND >> '{directory.FullName}/asked'\n");
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
