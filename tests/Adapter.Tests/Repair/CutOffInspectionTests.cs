using System.Text.Json;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Tests.Sandboxes;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>What a full disk leaves: an ADD that has ended, in a record that says it is under way.</summary>
public sealed class CutOffInspectionTests : IDisposable
{
    private static readonly InspectionContext Context = new(RepairTrigger.Background, IsThorough: false, Docker: null);

    private readonly ThrowAwayHost _host = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cut-off-");
    private readonly FakeTimeProvider _time = new();
    private readonly AttachmentGates _gates = new();
    private readonly Traces _traces = new();
    private readonly Journal _journal;
    private readonly LinkDepartures _departures;
    private readonly CutOffInspection _inspection;

    public CutOffInspectionTests()
    {
        var settings = new AdapterSettings();
        _journal = new Journal(_directory.FullName, Path.Combine(_directory.FullName, "records"));
        _journal.Load();
        _departures = new LinkDepartures(_host.Namespace);
        var cni = new CniAttachment(_host.Staging, settings);
        var runtime =
            new CniRuntime(
                new PluginProcess(TimeProvider.System), new PluginPath([_directory.FullName]), new CniDeadlines(), TimeProvider.System);
        var (sandboxRuns, ports, retries) = (new SandboxRuns(_journal, cni, runtime),
            new PortReservations(_journal, TimeProvider.System, NullLogger<PortReservations>.Instance), new RetryTimes(settings, _time));
        var stores = new AddressStores(TimeProvider.System);
        var leftovers =
            new AttachmentLeftovers(
                new HostLeftovers(new FirewallDump(TimeProvider.System), stores), new RuleTraces(_host.Namespace),
                new UnwrittenAddresses(TimeProvider.System, NullLogger<UnwrittenAddresses>.Instance), new JournalOwners(_journal), stores,
                new ConfigurationDirectory(_host.PathOf("net.d")), _journal);
        var removal = new ChainRemoval(_host.Staging, cni, runtime, leftovers);
        var detacher =
            new Detacher(_journal, _host.Staging, cni, runtime, removal, sandboxRuns, leftovers, ports, new RepairSignal(),
                NullLogger<Detacher>.Instance);
        var arrivals = new Arrivals(
            _departures, _host.Staging, sandboxRuns, _journal, _gates, _traces, _time, NullLogger<Arrivals>.Instance);
        var cleanups = new CleanupRunner(
            _journal, _gates, detacher, ipam: null!, arrivals, retries, new ReleaseQueue(settings), _traces,
            NullLogger<CleanupRunner>.Instance);
        _inspection = new CutOffInspection(_journal, _gates, cleanups, settings);
        WritePlugin();
    }

    public void Dispose()
    {
        _departures.Dispose();
        _traces.Dispose();
        _host.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_record_that_stays_unchanged_and_idle_is_cleaned_up_whatever_the_clock_says()
    {
        _journal.Attachments.Write(Record() with { Since = _time.GetUtcNow().AddYears(1) });

        var finding = (await InspectAsync()).Should().ContainSingle().Subject;
        finding.Grace.Should().BePositive();
        (await finding.Repair!(Cancellation)).State.Should().Be(FindingState.Repaired);

        (await File.ReadAllTextAsync(Path.Combine(_directory.FullName, "asked"), Cancellation)).Should().Be("DEL\n");
        _journal.Attachments.All.Should().BeEmpty();
        File.Exists(_host.StagingPath).Should().BeFalse();
    }

    [Fact]
    public async Task A_record_that_a_call_holds_is_not_cleaned_up_however_long_the_call_takes()
    {
        _journal.Attachments.Write(Record());

        using var passage = await _gates.EnterAsync(ThrowAwayHost.Id, Cancellation);

        (await InspectAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_record_that_changed_meanwhile_is_not_cleaned_up()
    {
        _journal.Attachments.Write(Record());
        var finding = (await InspectAsync()).Should().ContainSingle().Subject;
        _journal.Attachments.Write(Record() with { Phase = AttachmentPhase.Joined });

        (await finding.Repair!(Cancellation)).Should().Be(RepairResult.Unneeded);

        File.Exists(Path.Combine(_directory.FullName, "asked")).Should().BeFalse();
    }

    private async Task<IReadOnlyList<Finding>> InspectAsync() => (await _inspection.InspectAsync(Context, Cancellation))!;

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
        var plugin = Path.Combine(_directory.FullName, "noted");
        File.WriteAllText(plugin, $"#!/bin/sh\ncat > /dev/null\necho $CNI_COMMAND >> '{_directory.FullName}/asked'\n");
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
