// A Docker container and a Kubernetes-runtime pod on one CNI network, and who of them reaches whom.
// Everything happens in a throw-away host on this machine: its own dockerd, containerd, bridge, links and firewall.

using Bridge.Samples.CrossRuntime;
using Bridge.Samples.Presentation;
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

CnmCniBinary.Require();
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

// 2. The same network for Docker: its subnet and gateway are the CNI network's, and so is whoever gives the addresses.
await DockerAsync(
    "network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={CniNetworks.Name}",
    "--subnet", CniNetworks.Subnet, "--gateway", CniNetworks.Gateway, "pods");
progress.Say($"docker network inspect: {await AskDockerAsync("network", "inspect", "-f", "{{range .IPAM.Config}}{{.Subnet}} via {{.Gateway}}{{end}}", "pods")}");

// 3. Web servers on both sides, one at an address that was asked for, and a container that visits them.
const string RequestedAddress = "10.90.0.77";
string[] webServer = ["httpd", "-f", "-p", "80", "-h", "/www"];
await DockerAsync(["run", "--detach", "--name", "web", "--network", "pods", "--ip", RequestedAddress, "--publish", "8080:80", "bridge-test", .. webServer]);
await DockerAsync("run", "--detach", "--name", "visitor", "--network", "pods", "bridge-test");
progress.Say("Running a pod through the Container Runtime Interface, as a kubelet does");
var pod = await host.Pods.RunAsync("web-pod", webServer, cancellationToken);

// 4. Nobody gets an address that somebody has, whichever runtime that is.
progress.Say($"docker run --network pods --ip {pod.Ip} …, which is the pod's");
var taken = await host.DockerAsync(["run", "--rm", "--network", "pods", "--ip", pod.Ip, "bridge-test", "true"], cancellationToken);
Console.WriteLine($"  {taken.StandardError.Split('\n')[0]}");

// 5. Three witnesses for every address, and one listing of them all.
var web = await Addresses.OfContainerAsync(host, "web", cancellationToken);
var visitor = await Addresses.OfContainerAsync(host, "visitor", cancellationToken);
var podAddresses = await Addresses.OfPodAsync(pod, cancellationToken);
progress.Say("cnm-cni status");
Console.WriteLine((await host.BridgeAsync(["status"], cancellationToken)).EnsureSuccess().StandardOutput);

// 6. What the plugins themselves say.
progress.Say("CNI CHECK of a container (cnm-cni check visitor), and of the pod with what containerd remembers of it");
var check = await host.BridgeAsync(["check", "visitor"], cancellationToken);
Console.WriteLine($"  {check.Output.Replace("\n", "\n  ", StringComparison.Ordinal)}");
var podProblem = await PodCheck.ProblemOfAsync(host, pod, cancellationToken);
Console.WriteLine($"  pod web-pod: {podProblem ?? "passed"}");

// 7. Who reaches whom. "Outside" is another host at the end of a cable; it knows no route to the containers.
progress.Say("Trying who reaches whom");
await using var outside = host.FromNeighbour.ServePage(80, "served\n");
var matrix = new ReachMatrix("Who reaches whom (HTTP)", ["container web", "pod web-pod", "host port 8080", "another host"]);
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

var isGood = matrix.IsComplete && web.Agree && visitor.Agree && podAddresses.Agree
    && web.Kernel == RequestedAddress && !taken.Succeeded && check.Succeeded && podProblem is null;
progress.Say(isGood ? "Everything reaches everything, all witnesses agree, and the plugins are content" : "Something is wrong: see the tables and the log");
if (!isGood)
    Console.Error.WriteLine(host.Logs);

progress.Say("Taking the test host away");
return isGood ? 0 : 1;

async Task DockerAsync(params string[] arguments)
{
    progress.Say($"docker {string.Join(' ', arguments)}");
    (await host.DockerAsync(arguments, cancellationToken)).EnsureSuccess();
}

async Task<string> AskDockerAsync(params string[] arguments) => (await host.DockerAsync(arguments, cancellationToken)).EnsureSuccess().Output;

async Task<bool> SucceedsAsync(params string[] arguments) => (await host.DockerAsync(arguments, cancellationToken)).Succeeded;
