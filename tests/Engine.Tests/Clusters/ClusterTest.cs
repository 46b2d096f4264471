using Bridge.Engine.Tests.Fidelity;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Clusters;

/// <summary>The base of tests with one cluster's CNI network.</summary>
public abstract class ClusterTest(ClusterHost engine) : EngineTest(engine)
{
    private protected ClusterHost Cluster => engine;

    private const string NetDirectory = "/etc/cni/net.d";

    // Docker switches IPv6 off on an interface for which it has no IPv6 address.
    private static readonly string[] OfIPv6 =
        ["ipv6/conf/eth0/disable_ipv6", "LINK-LOCAL", "fe80::/64", "ff00::/8", "local ::1 dev lo"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var shape in ClusterShape.All)
            await Host.DockerAsync(["network", "rm", shape.Network], CancellationToken.None);

        await engine.LeaseAsync(ClusterHost.Lease, CancellationToken.None);
        await Host.RunAsync(["sh", "-c", "rm -f /run/not-ready; ip link del flannel0"], CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    private protected async Task<string> BridgeAsync(params string[] arguments) =>
        (await Host.BridgeAsync(arguments, Cancellation)).EnsureSuccess().Output;

    /// <summary>Makes it the only CNI network of the host, and a Docker network for it, as users do.</summary>
    /// <returns>What the command printed.</returns>
    private protected async Task<string> JoinClusterAsync(ClusterShape shape, params string[] options)
    {
        await WriteAsync(shape);
        return await BridgeAsync(["networks", "create", shape.Network, .. options]);
    }

    private protected async Task WriteAsync(ClusterShape shape)
    {
        foreach (var other in Directory.GetFiles(Host.PathOf(NetDirectory)))
            File.Delete(other);

        await File.WriteAllTextAsync(Host.PathOf($"{NetDirectory}/{shape.FileName}"), shape.Conflist, Cancellation);
    }

    private protected async Task<Bridge.TestHosts.Pods.Pod> RunPodOnAsync(ClusterShape shape, string name)
    {
        await Eventually.TrueAsync(
            token => Host.Pods.AttachesToAsync(shape.Network, token), "containerd has read the configuration", Cancellation);
        return await RunPodAsync(name);
    }

    private protected async Task StartAsync(ClusterShape shape, string name, params string[] options) =>
        await DockerAsync(["run", "--detach", "--name", name, "--network", shape.Network, .. options, Image, .. WebServer]);

    private protected async Task<IReadOnlyList<string>> DifferencesAsync(string container, Bridge.TestHosts.Pods.Pod pod)
    {
        IReadOnlyList<string> differences = [];
        await Eventually.IsTrueAsync(
            async token =>
            {
                var ours = await SandboxFacts.OfContainerAsync(Host, container, [], token);
                var theirs = await SandboxFacts.OfPodAsync(Host, pod, [], token);
                differences = [.. ours.DifferencesFrom(theirs, "the container", "the pod")
                    .Where(difference => !OfIPv6.Any(fact => difference.Contains(fact, StringComparison.Ordinal)))];
                return differences.Count == 0;
            },
            TimeSpan.FromSeconds(4),
            Cancellation);
        return differences;
    }

    /// <summary>The subnets with gateway that Docker shows.</summary>
    private protected Task<string> PoolsAsync(string network) => DockerAsync(
        "network", "inspect", "--format",
        "{{if eq .IPAM.Driver \"null\"}}null{{else}}{{range $number, $pool := .IPAM.Config}}" +
        "{{if $number}}, {{end}}{{$pool.Subnet}} via {{$pool.Gateway}}{{end}}{{end}}",
        network);
}
