using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>Docker has an endpoint, and no container any more that it belongs to.</summary>
[Collection("links of the host")]
public sealed class OrphanedEndpointTests
{
    [Fact]
    public async Task An_orphaned_endpoint_is_reported_with_the_command_that_removes_it()
    {
        await using var bench = await PrepareAsync(Cancellation);
        (await FindingsAsync(bench)).Should().BeEmpty();

        bench.Docker.LoseContainer("web");

        var finding = (await FindingsAsync(bench)).Should().ContainSingle().Subject;
        finding.State.Should().Be(FindingState.Reported);
        finding.What.Should().StartWith("container web (endpoint e10000000000) on Docker network pods");
        finding.Done.Should().Be("Disconnect it: docker network disconnect --force pods web.");
        (await bench.StatusAsync()).Findings.Should().ContainSingle(other => other.Kind == "orphaned-endpoint");
        bench.Docker.RemoveEndpoint("pods", "web");
        (await FindingsAsync(bench)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_report_says_when_a_new_container_has_the_same_name()
    {
        await using var bench = await PrepareAsync(Cancellation);
        bench.Docker.LoseContainer("web");
        bench.Docker.AddContainer("bridge", "web");

        (await FindingsAsync(bench)).Should().ContainSingle().Which.Done.Should().Contain("docker network disconnect --force pods web")
            .And.Contain("docker rename");
    }

    private static async Task<RepairBench> PrepareAsync(CancellationToken cancellationToken)
    {
        var bench = await RepairBench.PrepareAsync(TimeSpan.Zero);
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.AddAttachment("10.66.0.5/24");
        bench.WriteOwner("10.66.0.5", RepairBench.EndpointId);
        bench.Docker.AddEndpoint("pods", RepairBench.EndpointId, "web");
        await bench.StartAsync(cancellationToken);
        return bench;
    }

    private static async Task<IReadOnlyList<FindingStatus>> FindingsAsync(RepairBench bench) =>
        [.. (await bench.RepairAsync(dryRun: false)).Findings.Where(finding => finding.Kind == "orphaned-endpoint")];
}
