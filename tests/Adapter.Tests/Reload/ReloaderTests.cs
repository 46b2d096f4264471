namespace Bridge.Adapter.Tests.Reload;

/// <summary>
/// How often a reload reads the firewall, which starts a process for each of its tools, and what it sees. Each test has several
/// attachments.
/// </summary>
public sealed class ReloaderTests : IDisposable
{
    private const int Many = 12;

    private readonly ReloadBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_dry_run_reads_the_firewall_once_however_many_attachments_lack_something()
    {
        _bench.AttachAll(Many);

        (await _bench.ReloadAsync(dryRun: true)).Should().HaveCount(Many).And.OnlyContain(
            line => line.EndsWith(" WouldBeRestored", StringComparison.Ordinal));

        _bench.Reads.Should().Be(1);
        _bench.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task After_a_flush_the_firewall_is_read_once_before_and_once_after_all_is_put_back()
    {
        _bench.AttachAll(Many);

        (await _bench.ReloadAsync()).Should().HaveCount(Many).And.OnlyContain(line => line.EndsWith(" Restored", StringComparison.Ordinal));

        _bench.Reads.Should().Be(2);
        _bench.Asked.Should().HaveCount(Many);
        (await _bench.ReloadAsync()).Should().OnlyContain(line => line.EndsWith(" Complete", StringComparison.Ordinal));
        _bench.Reads.Should().Be(1);
    }

    [Fact]
    public async Task Rules_that_all_share_are_put_back_once_and_seen_by_the_others()
    {
        _bench.AttachAll(Many);
        await _bench.ReloadAsync();
        _bench.RemoveRules("-A FORWARD -j CNI-FORWARD");
        _ = (_bench.Reads, _bench.Asked);

        var reports = await _bench.ReloadAsync();

        reports[0].Should().Be("c1 Restored");
        reports[1..].Should().OnlyContain(line => line.EndsWith(" Complete", StringComparison.Ordinal));
        _bench.Asked.Should().Equal("ADD 10.90.0.1");
        _bench.Reads.Should().Be(2);
    }

    [Fact]
    public async Task What_lacks_its_own_rules_as_well_is_not_taken_for_whole_when_the_shared_ones_are_back()
    {
        _bench.AttachAll(3);
        await _bench.ReloadAsync();
        _bench.RemoveRules("-A FORWARD -j CNI-FORWARD");
        _bench.RemoveRules("-s 10.90.0.3/32");
        _ = _bench.Asked;

        (await _bench.ReloadAsync()).Should().Equal("c1 Restored", "c2 Complete", "c3 Restored");

        _bench.Asked.Should().Equal("ADD 10.90.0.1", "ADD 10.90.0.3");
        (await _bench.ReloadAsync()).Should().Equal("c1 Complete", "c2 Complete", "c3 Complete");
    }

    [Fact]
    public async Task Plugins_that_report_success_and_do_nothing_are_told_of_each_attachment()
    {
        _bench.AttachAll(Many);
        _bench.IsIdle = true;

        (await _bench.ReloadAsync()).Should().HaveCount(Many).And.OnlyContain(line => line.Contains(
            " Failed: the plugins report success, but this is still missing: rules of plugin firewall for 10.90.0.",
            StringComparison.Ordinal));

        _bench.Reads.Should().Be(2);
    }

    // A plugin adds its rules while the firewall is read: they may be in what was read, or not.
    [Fact]
    public async Task What_a_call_works_on_meanwhile_is_read_again_when_the_call_has_ended()
    {
        _bench.AttachAll(2);
        var gate = await _bench.Gates.EnterAsync(_bench.Inspection.All[1].EndpointId, Cancellation);
        var run = _bench.ReloadAsync(dryRun: true);
        await Eventually.TrueAsync(() => run.IsCompleted || _bench.HasRead, "the firewall was read");
        _bench.WriteRules(2);
        gate.Dispose();

        (await run).Should().Equal("c1 WouldBeRestored", "c2 Complete");
        _bench.Reads.Should().Be(2);
    }
}
