using Bridge.TestHosts.Images;
using Bridge.TestHosts.Pods.Cri;
using Bridge.TestHosts.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.TestHosts.Pods;

/// <summary>Runs pods the way a kubelet does: by the Container Runtime Interface of the host's containerd.</summary>
public sealed class PodRuntime : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly RuntimeService.RuntimeServiceClient _runtime;

    internal PodRuntime(string socketPath)
    {
        _channel = GrpcChannel.ForAddress(
            "http://containerd", new GrpcChannelOptions { HttpHandler = UnixSocketHandler.To(socketPath), DisposeHttpClient = true });
        _runtime = new RuntimeService.RuntimeServiceClient(_channel);
    }

    /// <summary>Creates a sandbox (the CNI plugins run then) and starts one container in it.</summary>
    public Task<Pod> RunAsync(string name, IEnumerable<string> command, CancellationToken cancellationToken) =>
        RunAsync(name, command, hostPort: 0, cancellationToken);

    /// <summary>The same, with the container's port 80 as a port of the host; 0: without.</summary>
    public async Task<Pod> RunAsync(string name, IEnumerable<string> command, int hostPort, CancellationToken cancellationToken)
    {
        var configuration = Configuration(name, hostPort);
        var sandbox = await _runtime.RunPodSandboxAsync(
            new RunPodSandboxRequest { Config = configuration }, cancellationToken: cancellationToken);
        var container = await _runtime.CreateContainerAsync(
            new CreateContainerRequest
            {
                PodSandboxId = sandbox.PodSandboxId,
                Config = new ContainerConfig
                {
                    Metadata = new ContainerMetadata { Name = "main" },
                    Image = new ImageSpec { Image = TestImage.Reference },
                    Command = { command },
                },
                SandboxConfig = configuration,
            },
            cancellationToken: cancellationToken);
        await _runtime.StartContainerAsync(
            new StartContainerRequest { ContainerId = container.ContainerId }, cancellationToken: cancellationToken);
        var status = await _runtime.PodSandboxStatusAsync(
            new PodSandboxStatusRequest { PodSandboxId = sandbox.PodSandboxId }, cancellationToken: cancellationToken);
        return new Pod(_runtime, name, sandbox.PodSandboxId, container.ContainerId, status.Status.Network.Ip);
    }

    /// <summary>A pod of the node: as a kubelet runs the pods of a DaemonSet.</summary>
    public async Task<Pod> RunAsync(string name, NodePod pod, CancellationToken cancellationToken)
    {
        var configuration = Configuration(name, hostPort: 0);
        configuration.LogDirectory = "/var/log/pods";
        if (pod.HasHostNetwork)
            configuration.Hostname = ""; // It has the node's.

        configuration.Linux.SecurityContext = new LinuxSandboxSecurityContext
            { NamespaceOptions = Namespaces(pod), Privileged = pod.IsPrivileged };
        var sandbox = await _runtime.RunPodSandboxAsync(
            new RunPodSandboxRequest { Config = configuration }, cancellationToken: cancellationToken);
        var container = await _runtime.CreateContainerAsync(
            new CreateContainerRequest
            {
                PodSandboxId = sandbox.PodSandboxId,
                Config = new ContainerConfig
                {
                    Metadata = new ContainerMetadata { Name = "main" },
                    Image = new ImageSpec { Image = pod.Image },
                    Args = { pod.Arguments },
                    Mounts = { pod.Mounts.Select(Mount) },
                    LogPath = $"{name}.log",
                    Linux = new LinuxContainerConfig
                    {
                        SecurityContext = new LinuxContainerSecurityContext
                            { Privileged = pod.IsPrivileged, NamespaceOptions = Namespaces(pod) },
                    },
                },
                SandboxConfig = configuration,
            },
            cancellationToken: cancellationToken);
        await _runtime.StartContainerAsync(
            new StartContainerRequest { ContainerId = container.ContainerId }, cancellationToken: cancellationToken);
        return new Pod(_runtime, name, sandbox.PodSandboxId, container.ContainerId, ip: "");
    }

    private static NamespaceOption Namespaces(NodePod pod) => new()
    {
        Network = pod.HasHostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.HasHostPid ? NamespaceMode.Node : NamespaceMode.Container,
    };

    private static Mount Mount(NodeMount mount) => new()
    {
        HostPath = mount.HostPath,
        ContainerPath = mount.ContainerPath,
        Readonly = mount.IsReadOnly,
        Propagation = mount.IsBidirectional ? MountPropagation.PropagationBidirectional : MountPropagation.PropagationPrivate,
    };

    /// <summary>The sandbox alone, which runs its own process and no container.</summary>
    public async Task<Pod> RunSandboxAsync(string name, CancellationToken cancellationToken)
    {
        var sandbox = await _runtime.RunPodSandboxAsync(
            new RunPodSandboxRequest { Config = Configuration(name, hostPort: 0) }, cancellationToken: cancellationToken);
        return new Pod(_runtime, name, sandbox.PodSandboxId, containerId: "", ip: "");
    }

    private static PodSandboxConfig Configuration(string name, int hostPort) => new()
    {
        Metadata = new PodSandboxMetadata { Name = name, Uid = name, Namespace = "default" },
        Hostname = name,
        PortMappings = { hostPort == 0 ? [] : [new PortMapping { ContainerPort = 80, HostPort = hostPort }] },
        Linux = new LinuxPodSandboxConfig { CgroupParent = "/pods" },
    };

    /// <summary>Removes every pod, also an unfinished one.</summary>
    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        var list = await _runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: cancellationToken);
        foreach (var sandbox in list.Items)
            await new Pod(_runtime, sandbox.Id, sandbox.Id, containerId: "", ip: "").RemoveAsync(cancellationToken);
    }

    /// <returns>Whether the next pod is attached to that CNI network. The runtime rereads a changed directory after
    /// some time.</returns>
    public async Task<bool> AttachesToAsync(string cniNetwork, CancellationToken cancellationToken)
    {
        var answer = await _runtime.StatusAsync(new StatusRequest { Verbose = true }, cancellationToken: cancellationToken);
        return answer.Info.TryGetValue("cniconfig", out var read) && read.Contains($"\"Name\":\"{cniNetwork}\"", StringComparison.Ordinal);
    }

    /// <returns>Whether the runtime works and has found a CNI network.</returns>
    internal async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _runtime.StatusAsync(new StatusRequest(), cancellationToken: cancellationToken);
            return answer.Status.Conditions.All(condition => condition.Status);
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Unimplemented)
        {
            // containerd does not listen yet, or the CRI plugin of containerd is not loaded yet.
            return false;
        }
    }

    public void Dispose() => _channel.Dispose();
}
