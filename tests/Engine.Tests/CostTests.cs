using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Tracing;

namespace Bridge.Engine.Tests;

/// <summary>
/// What one container costs, in counts that do not depend on the machine's speed: strace watches cnm-cni and all that it starts. A change
/// that makes a count greater has to say here why.
/// </summary>
public sealed class CostTests : IClassFixture<CountedHost>
{
    private readonly CountedHost _engine;

    public CostTests(CountedHost engine)
    {
        Assert.SkipUnless(engine.MissingRequirement is null, engine.MissingRequirement ?? "");
        Assert.SkipUnless(SystemCallTrace.Missing() is null, SystemCallTrace.Missing() ?? "");
        _engine = engine;
    }

    private TestHost Host => _engine.Host;

    // After DEL, whether the kernel still has rules of the attachment: four questions. A DEL that succeeds proves nothing.
    private const int LooksForRules = 4;

    // The chain's plugins, host-local to reserve and to release, and what they run: iptables and, since 1.9, nft. No VERSION: it is known.
    private int ProgramsAtStart => HasNewPlugins ? 25 : 23;

    private int ProgramsAtEnd => HasNewPlugins ? 17 : 14;

    private bool HasNewPlugins => File.Exists(Host.PathOf("/usr/lib/cni/tap"));

    [Fact]
    public async Task A_container_starts_and_ends_with_no_more_processes_moves_messages_and_syncs_than_its_plugins_need()
    {
        var (start, end) = await MeasureAsync(EngineHost.Network);

        Check(start, ProgramsAtStart, moves: 1, requests: 56, syncs: 2);
        Check(end, ProgramsAtEnd, moves: 1, requests: 26 + LooksForRules, syncs: 0);
    }

    [Fact]
    public async Task A_container_that_is_attached_in_its_sandbox_starts_and_ends_without_a_move()
    {
        RequireSandboxAtJoin();

        var (start, end) = await MeasureAsync(CountedHost.SandboxNetwork);

        Check(start, ProgramsAtStart, moves: 0, requests: 44, syncs: 2);
        Check(end, ProgramsAtEnd, moves: 0, requests: 18 + LooksForRules, syncs: 0);
    }

    [Fact]
    public async Task A_container_on_a_warm_attachment_starts_and_ends_without_a_process_and_without_a_move()
    {
        var (start, end) = await MeasureAsync(CountedHost.WarmNetwork);

        Check(start, programs: 0, moves: 0, requests: 36, syncs: 0);
        Check(end, programs: 0, moves: 0, requests: 24, syncs: 0);
    }

    [Fact]
    public async Task A_container_on_a_warm_attachment_in_its_sandbox_starts_and_ends_with_one_move()
    {
        RequireSandboxAtJoin();

        var (start, end) = await MeasureAsync(CountedHost.WarmSandboxNetwork);

        // Without a reservation the record that changes hands is what must survive a power cut.
        Check(start, programs: 0, moves: 1, requests: 32, syncs: 2);
        Check(end, programs: 0, moves: 1, requests: 28, syncs: 2);
    }

    private void RequireSandboxAtJoin() => Assert.SkipUnless(
        Host.Engine >= EngineVersion.V28, $"engine: a sandbox at Join needs Docker {EngineVersion.V28}, and this is {Host.Engine}");

    private async Task<(SystemCallCounts Start, SystemCallCounts End)> MeasureAsync(string network)
    {
        var start = await TraceAsync("run", "--detach", "--name", "counted", "--network", network, "bridge-test");
        var end = await TraceAsync("rm", "--force", "counted");
        return (start, end);
    }

    // The census comes when the work in the background is done.
    private async Task<SystemCallCounts> TraceAsync(params IEnumerable<string> docker)
    {
        await using var trace = await Host.TraceBridgeAsync(Cancellation);
        (await Host.DockerAsync(docker, Cancellation)).EnsureSuccess();
        await Host.CensusAsync(Cancellation);
        var counts = await trace.StopAsync(Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(counts.ToString());
        return counts;
    }

    // How often cnm-cni looks whether a link has arrived depends on the time that Docker takes, and a pass of repair may come in between: a
    // few messages more are allowed.
    private static void Check(SystemCallCounts counts, int programs, int moves, int requests, int syncs)
    {
        counts.Programs.Should().HaveCount(programs);
        counts.Moves.Should().HaveCountLessThanOrEqualTo(moves);
        counts.NetlinkRequests.Should().HaveCountLessThanOrEqualTo(requests);
        counts.Syncs.Should().HaveCountLessThanOrEqualTo(syncs);
    }
}
