namespace Bridge.Adapter.Tests.Cnm;

/// <summary>What is made fails, and its undoing fails too: the log has both, each once.</summary>
public sealed class FailedCleanupTests() : DaemonProcessTest("repair: {interval: 1h, retryFirst: 1h, retryLongest: 1h}")
{
    [Fact]
    public async Task Of_a_reservation()
    {
        Networks.WriteReserve(add: "echo 'the well is dry' >&2; exit 1", delete: "echo 'the quarry is shut' >&2; exit 1");

        (await Docker.RequestAddressAsync()).Should().Contain("the well is dry").And.Contain("The clean-up failed too").And.Contain(
            "the quarry is shut");
        Daemon.Terminate();
        await Daemon.EndAsync();

        LinesWith("the well is dry").Should().ContainSingle();
        LinesWith("the quarry is shut").Should().ContainSingle();
    }

    [Fact]
    public async Task Of_an_attachment()
    {
        Networks.WriteChain(add: "echo 'the well is dry' >&2; exit 1", delete: "echo 'the quarry is shut' >&2; exit 1");

        (await Docker.CreateEndpointAsync("e1")).Should().Contain("the well is dry").And.Contain("The clean-up failed too").And.Contain(
            "the quarry is shut");
        Daemon.Terminate();
        await Daemon.EndAsync();

        LinesWith("the well is dry").Should().ContainSingle();
        LinesWith("the quarry is shut").Should().ContainSingle();
    }

    private string[] LinesWith(string words) => [.. Daemon.Log.Split('\n').Where(line => line.Contains(words, StringComparison.Ordinal))];
}
