using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Reload;

/// <summary>What the passes of repair say of a flushed firewall, and what looking costs while nothing is removed.</summary>
public sealed class MissingOnHostTests : IDisposable
{
    private readonly ReloadBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_flush_is_found_with_the_command_that_mends_it_and_is_over_after_a_reload()
    {
        _bench.AttachAll(2);

        var found = (await InspectAsync())!;

        found.Should().HaveCount(2);
        found[0].Should().Match<Finding>(finding => finding.Kind == FindingKind.MissingOnHost && finding.Repair == null
            && finding.Grace == _bench.Settings.Repair.OrphanGrace
            && finding.Why == "what plugins made for it on the host is gone: rules of plugin firewall for 10.90.0.1"
            && finding.Remedy == "Put it back: cnm-cni reload c1.");
        Settle(found);
        _bench.Known.All.Should().HaveCount(2);

        await _bench.Reloader.RunAsync([_bench.Inspection.All[0]], dryRun: false, Cancellation);
        _bench.Known.All.Should().ContainSingle().Which.What.Should().Contain("c2", "status is right before the next pass");
        (await InspectAsync(isThorough: false)).Should().ContainSingle().Which.What.Should().Contain("c2");

        await _bench.ReloadAsync();
        _bench.Known.All.Should().BeEmpty();
        (await InspectAsync(isThorough: false)).Should().BeEmpty("a reload leads to a comparison");
        (await InspectAsync(isThorough: false)).Should().BeNull("nothing has happened since");
    }

    [Fact]
    public async Task A_flush_that_hit_many_is_told_in_few_findings()
    {
        _bench.AttachAll(40);

        var found = (await InspectAsync())!;

        found.Should().HaveCount(4);
        found[3].Should().Match<Finding>(finding =>
            finding.What == "37 other attachments" && finding.Remedy == "Put it back for all: cnm-cni reload.");
        Settle(found);
        await _bench.ReloadAsync();
        _bench.Known.All.Should().BeEmpty();
    }

    [Fact]
    public async Task The_firewall_is_not_read_again_while_nothing_is_removed()
    {
        _bench.AttachAll(3);
        await _bench.ReloadAsync();
        _ = _bench.Reads;

        for (var pass = 1; pass <= 5; pass++)
            (await InspectAsync()).Should().BeEmpty();

        _bench.Reads.Should().Be(1, "only the first pass does not know");
        _bench.RemoveRules("10.90.0.2");
        Tool.Ip(_bench.HostPath, "link add gone type bridge");
        Tool.Ip(_bench.HostPath, "link delete gone");
        await Eventually.TrueAsync(async _ => (await InspectAsync())!.Count == 1, "the kernel's announcement has arrived", Cancellation);
        _bench.Reads.Should().Be(1);
        _bench.WriteRules(2);
        (await InspectAsync()).Should().BeEmpty("somebody else has put it back");
    }

    [Fact]
    public async Task A_new_finding_is_compared_again_when_its_grace_period_ends()
    {
        _bench.AttachAll(1);
        await InspectAsync();
        (await InspectAsync(isThorough: false)).Should().BeNull("passes after events of Docker do not read the firewall");

        _bench.Time.Advance(_bench.Settings.Repair.OrphanGrace);

        (await InspectAsync(isThorough: false)).Should().ContainSingle();
        (await InspectAsync(isThorough: false)).Should().BeNull("it is known now");
        _bench.Journal.Attachments.Write(_bench.Inspection.All[0] with { Phase = AttachmentPhase.Deleting });
        (await InspectAsync(isThorough: false)).Should().BeEmpty("the container is gone");
    }

    [Fact]
    public async Task What_a_call_is_making_is_no_finding_and_is_compared_in_the_next_pass()
    {
        _bench.AttachAll(1);
        using (await _bench.Gates.EnterAsync(_bench.Inspection.All[0].EndpointId, Cancellation))
            (await InspectAsync()).Should().BeEmpty();

        (await InspectAsync()).Should().ContainSingle("nothing was announced since, but it was not compared");
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_as_a_result_hides_no_other()
    {
        _bench.Attach(1);
        _bench.Attach(999_999);

        (await InspectAsync()).Should().ContainSingle().Which.What.Should().Contain("c1");
    }

    // As iptables-save does where another program has put a chain of nftables into its table; nft has the rules.
    [Fact]
    public async Task A_table_that_iptables_does_not_list_is_not_judged()
    {
        _bench.AttachAll(1);
        _bench.WriteRemark("# Table `filter' contains one or more incompatible base-chains, use 'nft' tool.");

        (await InspectAsync()).Should().BeEmpty();
        (await _bench.ReloadAsync(dryRun: true)).Should().Equal("c1 Complete");
    }

    [Fact]
    public async Task A_report_on_demand_reads_the_firewall_and_changes_nothing()
    {
        _bench.AttachAll(1);
        _bench.WriteRules(1);
        await InspectAsync();
        _bench.Flush();

        (await InspectAsync()).Should().BeEmpty("nothing was announced");
        (await InspectAsync(RepairTrigger.DryRun)).Should().ContainSingle();
        (await InspectAsync()).Should().BeEmpty();
        (await InspectAsync(RepairTrigger.Demand)).Should().ContainSingle();
        (await InspectAsync()).Should().ContainSingle();
    }

    private Task<IReadOnlyList<Finding>?> InspectAsync(bool isThorough = true) =>
        _bench.Missing.InspectAsync(new InspectionContext(RepairTrigger.Background, isThorough, Docker: null), Cancellation);

    private Task<IReadOnlyList<Finding>?> InspectAsync(RepairTrigger trigger) =>
        _bench.Missing.InspectAsync(new InspectionContext(trigger, IsThorough: true, Docker: null), Cancellation);

    private void Settle(IReadOnlyList<Finding> found) => _bench.Known.Settle(
        _bench.Missing.GetType(), [.. found.Select(finding => finding.As(FindingState.Reported, finding.Remedy))]);
}
