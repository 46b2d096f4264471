using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain with addresses that are reserved ahead, and attachments that are made ahead and used again.</summary>
public sealed class WarmHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    BridgeSettings = """
        warm: { rest: 3s }
        repair: { interval: 1s, orphanGrace: 1s, retryFirst: 200ms, retryLongest: 1s }
        """,
})
{
    protected override Task FurnishAsync(CancellationToken cancellationToken) => Task.CompletedTask; // Each test makes its network.

    public static IReadOnlyList<string> Options(int size, bool reuse) =>
        [.. Reserved, "-o", $"cni.warm={size}", "-o", $"cni.warm.reuse={(reuse ? "true" : "false")}"];
}
