using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain, with spans that go to a socket, and metrics on a port.</summary>
public sealed class TracedHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    BridgeSettings = $$"""
        traces: { endpoint: 'unix://{{Socket}}', protocol: grpc }
        metrics: { listen: '0.0.0.0:{{MetricsPort}}' }
        """,
})
{
    public const string Socket = "/run/otlp.sock";

    public const int MetricsPort = 9464;
}
