// A Docker container and a Kubernetes-runtime pod on one CNI network, and who of them reaches whom.
// Everything happens in a throw-away host on this machine: its own dockerd, containerd, bridge, links and firewall.

using Bridge.Samples.CrossRuntime;
using Bridge.TestHosts;
using Spectre.Console;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
var cancellationToken = interrupted.Token;

if (HostRequirements.Missing() is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}

BridgeBinary.Require();
var progress = new StepLog();

// 1. One CNI network, as it would stand in /etc/cni/net.d of any Kubernetes node.
progress.Say("Starting a test host with its own dockerd, containerd (CRI) and cnm-cni");
await using var host = await TestHost.StartAsync(
    new TestHostOptions
    {
        CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.StockChain },
        StartBridge = true,
    },
    cancellationToken);

// 2. The same network for Docker.
await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "-o", $"cni.network={CniNetworks.Name}", "pods");

// 3. Web servers on both sides, and a container that visits them.
string[] webServer = ["httpd", "-f", "-p", "80", "-h", "/www"];
await DockerAsync(["run", "--detach", "--name", "web", "--network", "pods", "--publish", "8080:80", "bridge-test", .. webServer]);
await DockerAsync("run", "--detach", "--name", "visitor", "--network", "pods", "bridge-test");
progress.Say("Running a pod through the Container Runtime Interface, as a kubelet does");
var pod = await host.Pods.RunAsync("web-pod", webServer, cancellationToken);

// 4. Three witnesses for every address.
var web = await Addresses.OfContainerAsync(host, "web", cancellationToken);
var visitor = await Addresses.OfContainerAsync(host, "visitor", cancellationToken);
var podAddresses = await Addresses.OfPodAsync(pod, cancellationToken);

// 5. Who reaches whom. "Outside" is another host at the end of a cable; it knows no route to the containers.
progress.Say("Trying who reaches whom");
await using var outside = host.FromNeighbour.ServePage(80, "served\n");
var matrix = new ReachMatrix(["container web", "pod web-pod", "host port 8080", "another host"]);
Func<string, Task<bool>> fromVisitor = url => SucceedsAsync("exec", "visitor", "timeout", "3", "wget", "-qO-", url);
Func<string, Task<bool>> fromPod = async url => (await pod.ExecAsync(["timeout", "3", "wget", "-qO-", url], cancellationToken)).Succeeded;
Func<string, Task<bool>> fromHost = url => host.FromHost.ServesAsync(new Uri(url), cancellationToken);
Func<string, Task<bool>> fromNeighbour = url => host.FromNeighbour.ServesAsync(new Uri(url), cancellationToken);

var (container, podUrl) = ($"http://{web.Kernel}/", $"http://{podAddresses.Kernel}/");
var (published, neighbour) = ($"http://{TestHost.Address}:8080/", $"http://{TestHost.NeighbourAddress}/");
await matrix.AddAsync("container visitor", fromVisitor, [container, podUrl, published, neighbour]);
await matrix.AddAsync("pod web-pod", fromPod, [container, null, published, neighbour]);
await matrix.AddAsync("the host", fromHost, [container, podUrl, published, neighbour]);
await matrix.AddAsync("another host", fromNeighbour, [null, null, published, null]);

AnsiConsole.Write(Addresses.ToTable([web, visitor, podAddresses]));
AnsiConsole.Write(matrix.ToTable());

var isGood = matrix.IsComplete && web.Agree && visitor.Agree && podAddresses.Agree;
progress.Say(isGood ? "Everything reaches everything, and all witnesses agree" : "Something is wrong: see the tables and the log");
if (!isGood)
{
    Console.Error.WriteLine(host.Logs);
}

progress.Say("Taking the test host away");
return isGood ? 0 : 1;

async Task DockerAsync(params string[] arguments)
{
    progress.Say($"docker {string.Join(' ', arguments)}");
    (await host.DockerAsync(arguments, cancellationToken)).EnsureSuccess();
}

async Task<bool> SucceedsAsync(params string[] arguments) => (await host.DockerAsync(arguments, cancellationToken)).Succeeded;
