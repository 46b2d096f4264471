using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>A link that is sent to the host and moved to the sandbox as Docker does it.</summary>
public abstract class ArrivalTest : IDisposable
{
    private protected const string StagingAlias = $"\\    alias cnm-cni staging {ThrowAwayHost.Id}";

    private protected ThrowAwayHost Host { get; } = new();

    public void Dispose()
    {
        Host.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void LetDockerTakeIt(string ifname = "eth0")
    {
        Host.LetDockerTakeIt(ifname, routes: "10.60.0.0/16 via 10.88.0.1");
        Tool.Ip(Host.SandboxPath, $"-6 addr add fd00:88::5/64 dev {ifname} nodad");
        Tool.Ip(Host.SandboxPath, $"-6 route add fd00:99::/64 via fd00:88::1 dev {ifname}");
    }

    private protected LinkSnapshot Send()
    {
        SendWithCensus(out var snapshot);
        return snapshot;
    }

    private protected string SendWithCensus(out LinkSnapshot snapshot)
    {
        Host.RunPlugin();
        Host.AddExtras();
        var census = ThrowAwayHost.Census(Host.StagingPath);
        snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        return census;
    }

    private protected ArrivalState Finish(LinkSnapshot snapshot, bool isGateway = false, bool ownsIPv6 = false) =>
        Host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, Host.SandboxPath, snapshot,
            new OwnDefaultRoutes(IPv4: false, ownsIPv6), awaitsGateway: isGateway).State;
}
