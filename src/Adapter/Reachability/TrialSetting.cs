using System.Net;
using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reachability;

/// <summary>Puts containers and pod on the tested network, and connects the neighbour.</summary>
internal sealed class TrialSetting(
    DockerEngine docker, ControlClient daemon, TrialContainers containers, TrialPod pod, TimeProvider timeProvider)
{
    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="subject">The network.</param>
    /// <param name="stage">Takes everybody.</param>
    /// <param name="lifetime">After which a container ends by itself.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async Task FillAsync(TrialSubject subject, TrialStage stage, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var isConnected = subject.IsAttachedInSandbox && !stage.Engine.HasSandboxAtStart;
        var image = await containers.MakeImageAsync(lifetime, cancellationToken);

        Task<string> StartAsync(int number) => containers.StartAsync(
            number, image, subject.Docker, publishes: number == 1 && subject.WhyNoPort is null, isConnected, cancellationToken);

        // One after the other: Docker serialises the creation of endpoints on a network anyway.
        await AddContainerAsync(subject, stage, Ends.First, await StartAsync(1), cancellationToken);
        if (subject.WhyAlone is { } alone)
        {
            (stage.Absent[Ends.Second], stage.Absent[Ends.Pod]) = (alone, alone);
        }
        else
        {
            await AddContainerAsync(subject, stage, Ends.Second, await StartAsync(2), cancellationToken);
            await AddPodAsync(subject, stage, cancellationToken);
        }

        await stage.OpenHostAsync(timeProvider, cancellationToken);
        if (subject.WhyNoPort is null)
            stage.ConnectNeighbour(await ReservedAsync(subject, cancellationToken));
    }

    private async Task AddContainerAsync(
        TrialSubject subject, TrialStage stage, string name, string id, CancellationToken cancellationToken)
    {
        var facts = await docker.FactsAsync(id, cancellationToken);
        if (facts is not { IsRunning: true } || facts.Endpoints.FirstOrDefault(own => own.NetworkId == subject.Docker.Id) is not { } own)
            throw new TrialException($"{name} does not run: another process ended it.");

        var network = NetworkNamespace.TryOpen(facts.SandboxPath) ?? throw new TrialException(
            $"The network namespace of {name}, {facts.SandboxPath}, cannot be opened. Run cnm-cni test on the host of dockerd, as root.");
        stage.Containers[name] = facts;
        var endpoint = await ArrivedAsync(own.EndpointId, cancellationToken);
        stage.Add(name, network, endpoint?.SandboxInterfaceName ?? endpoint?.InterfaceName ?? InterfaceNames.Sandbox);
        if (name == Ends.First)
        {
            stage.HostPort = facts.HostPorts.Concat((endpoint?.Ports ?? []).Select(port => port.HostPort))
                .Select(port => (int?)port).FirstOrDefault();
        }
    }

    private async Task AddPodAsync(TrialSubject subject, TrialStage stage, CancellationToken cancellationToken)
    {
        try
        {
            stage.Add(Ends.Pod, await pod.AttachAsync(subject.Cni, cancellationToken), TrialPod.InterfaceName);
        }
        catch (Exception failed) when (failed is CniException or IOException)
        {
            stage.Problems[Ends.Pod] = ErrorText.OneLine(failed.Message);
            stage.Absent[Ends.Pod] = "the pod could not be attached";
        }
    }

    // Before Docker 28 the interface may reach a container that already runs.
    private async Task<EndpointStatus?> ArrivedAsync(string endpointId, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            var endpoint = (await daemon.StatusAsync(cancellationToken)).Endpoints
                .FirstOrDefault(endpoint => endpoint.EndpointId == endpointId);
            if (endpoint?.SandboxInterfaceName is not null || timeProvider.GetElapsedTime(start) > Arrival)
                return endpoint;

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }

    private async Task<IPNetwork[]> ReservedAsync(TrialSubject subject, CancellationToken cancellationToken) =>
    [
        .. (await docker.NetworksAsync(cancellationToken)).SelectMany(network => network.Pools)
            .Select(pool => CniSubnet.ReadSubnet(pool.Subnet)).OfType<IPNetwork>().Where(subnet => subnet.PrefixLength > 0),
        .. CniSubnet.Of(subject.Cni).Select(subnet => subnet.Subnet).Where(subnet => subnet.PrefixLength > 0),
    ];
}
