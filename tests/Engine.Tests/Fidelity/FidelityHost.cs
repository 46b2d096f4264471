using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Fidelity;

/// <summary>A host whose one CNI network changes with each test. It has a network card, and a device that may be given away.</summary>
public sealed class FidelityHost() : EngineHost(new TestHostOptions { CniNetworks = Only(CniNetworks.BareChain) })
{
    public const string Card = "card0";
    public const string Device = "spare0";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        foreach (var link in (string[])[Card, Device])
        {
            (await Host.RunAsync(
                ["ip", "link", "add", link, "type", "veth", "peer", "name", $"{link}-peer"], cancellationToken)).EnsureSuccess();
            (await Host.RunAsync(["ip", "link", "set", link, "up"], cancellationToken)).EnsureSuccess();
            (await Host.RunAsync(["ip", "link", "set", $"{link}-peer", "up"], cancellationToken)).EnsureSuccess();
        }
    }
}
