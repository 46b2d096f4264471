using System.Globalization;
using Bridge.TestHosts;
using Bridge.TestHosts.Pods;

namespace Bridge.Samples.Live;

/// <summary>
/// Containers and pods on one CNI network that talk to each other, as on a host where a team develops beside a cluster. Servers come
/// first: the others are told their addresses.
/// </summary>
/// <param name="host">Where they run.</param>
internal sealed class Scene(TestHost host)
{
    private const string Network = CniNetworks.Name;
    private const string Image = "bridge-test";
    private static readonly TimeSpan BetweenJobs = TimeSpan.FromSeconds(2);

    public static TestHostOptions Host { get; } = new()
    {
        CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.StockChain },
        StartBridge = true,
    };

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        (await host.RunAsync(["sh", "-c", "echo node-1 > /proc/sys/kernel/hostname"], cancellationToken)).EnsureSuccess();
        (await host.BridgeAsync(["networks", "create", Network], cancellationToken)).EnsureSuccess();
        var web = await RunAsync("web", ["--publish", "8080:80"], Server(300), cancellationToken);
        var api = await RunAsync("api", [], Server(20), cancellationToken);
        var orders = await host.Pods.RunAsync("orders", Shell(Server(60)), cancellationToken);
        var search = await host.Pods.RunAsync("search", Shell(Server(120)), hostPort: 8081, cancellationToken);
        await host.Pods.RunAsync("front", Shell(Visits(0.2, web, api, orders.Ip)), cancellationToken);
        await RunAsync("crawler", [], Visits(0.7, search.Ip, web), cancellationToken);
    }

    /// <summary>Jobs come and go, and another host uses a published port, until it is cancelled.</summary>
    public async Task GoOnAsync(CancellationToken cancellationToken)
    {
        var visitor = VisitFromOutsideAsync(cancellationToken);
        for (var job = 1; !cancellationToken.IsCancellationRequested; job++)
        {
            await Task.Delay(BetweenJobs, TimeProvider.System, cancellationToken);
            var name = string.Create(CultureInfo.InvariantCulture, $"job-{job}");
            if (job % 3 == 0)
                await LetPodRunAsync(name, cancellationToken);
            else
                await LetContainerRunAsync(name, cancellationToken);
        }

        await visitor;
    }

    private async Task LetContainerRunAsync(string name, CancellationToken cancellationToken)
    {
        await RunAsync(name, ["--rm"], "sleep 600", cancellationToken);
        await Task.Delay(BetweenJobs, TimeProvider.System, cancellationToken);
        (await host.DockerAsync(["rm", "--force", name], cancellationToken)).EnsureSuccess();
    }

    private async Task LetPodRunAsync(string name, CancellationToken cancellationToken)
    {
        Pod? pod = null;
        try
        {
            pod = await host.Pods.RunAsync(name, Shell("sleep 600"), cancellationToken);
            await Task.Delay(BetweenJobs, TimeProvider.System, cancellationToken);
        }
        finally
        {
            if (pod is not null)
                await pod.RemoveAsync(CancellationToken.None);
        }
    }

    private async Task VisitFromOutsideAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await host.FromNeighbour.ServesAsync(new Uri($"http://{TestHost.Address}:8080/"), cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
        }
    }

    /// <returns>Its address.</returns>
    private async Task<string> RunAsync(string name, string[] options, string script, CancellationToken cancellationToken)
    {
        (await host.DockerAsync(
            ["run", "--detach", "--name", name, "--network", Network, .. options, Image, .. Shell(script)],
            cancellationToken)).EnsureSuccess();
        return (await host.DockerAsync(
            ["inspect", "--format", $"{{{{.NetworkSettings.Networks.{Network}.IPAddress}}}}", name], cancellationToken)).EnsureSuccess().Output;
    }

    private static string[] Shell(string script) => ["sh", "-c", script];

    // A page of some kilobytes.
    private static string Server(int kilobytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"mkdir -p /tmp/www && head -c {kilobytes * 1024} /dev/zero > /tmp/www/index.html && exec httpd -f -p 80 -h /tmp/www");

    private static string Visits(double seconds, params string[] addresses) => string.Create(
        CultureInfo.InvariantCulture,
        $"while :; do for to in {string.Join(' ', addresses)}; do wget -qO /dev/null http://$to/; sleep {seconds}; done; done");
}
