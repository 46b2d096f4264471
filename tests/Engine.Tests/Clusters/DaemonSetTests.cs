using System.Xml.Linq;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Pods;
using k8s;
using k8s.Models;

namespace Bridge.Engine.Tests.Clusters;

/// <summary>The manifest of samples/kubernetes, and its container with exactly the rights and mounts of the manifest.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class DaemonSetTests(DaemonSetHost engine) : EngineTest(engine), IClassFixture<DaemonSetHost>
{
    private const string Feature = "In a container: DaemonSet";

    /// <summary>Where the node has the content of the ConfigMap, in place of a kubelet's directory.</summary>
    private const string Settings = "/var/lib/kubelet/settings";

    [Feature(Feature)]
    [Fact]
    public void The_manifest_has_only_fields_that_Kubernetes_knows_and_what_it_refers_to()
    {
        var (space, settings, daemon) = Manifest();
        var pod = daemon.Spec.Template;

        new[] { settings.Namespace(), daemon.Namespace() }.Should().AllBe(space.Name());
        daemon.Spec.Selector.MatchLabels.Should().BeSubsetOf(pod.Metadata.Labels);
        pod.Spec.Volumes.Single(volume => volume.ConfigMap is not null).ConfigMap.Name.Should().Be(settings.Name());
        pod.Spec.Containers[0].VolumeMounts.Select(mount => mount.Name).Should()
            .BeEquivalentTo(pod.Spec.Volumes.Select(volume => volume.Name));
        var version = XDocument.Load(TestHost.PackagedFile("Directory.Build.props")).Descendants("Version").Single().Value;
        pod.Spec.Containers[0].Image.Should().EndWith($"/cnm-cni:{version}");
        pod.Spec.Containers[0].SecurityContext.Privileged.Should().BeTrue("Bidirectional mounts need it");
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Docker_on_the_node_has_the_networks_of_its_pods_and_keeps_containers_when_the_pod_is_replaced()
    {
        var pod = await StartAsync("cnm-cni-1");
        (await Eventually.IsTrueAsync(async _ => (await TryDockerAsync("network", "inspect", Network)).Succeeded, Cancellation))
            .Should().BeTrue();
        (await DockerAsync("network", "inspect", "--format", "{{.Driver}}", Network)).Should().Be("cni");
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        var dns = await RunPodAsync("dns");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await (await Host.FromContainerAsync("web", Cancellation)).GetAsync(dns.Ip, 80, Cancellation)).Should().Be(Page);

        await pod.RemoveAsync(Cancellation);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        pod = await StartAsync("cnm-cni-2");

        var status = await pod.ExecAsync(["cnm-cni", "status", "--json"], Cancellation);
        status.EnsureSuccess().StandardOutput.Should().Contain("\"containerName\": \"web\"");
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().ContainSingle("a command of the host sees the same");
        await RemoveAsync("web");
        await dns.RemoveAsync(Cancellation);
        var left = await Host.ChangesSinceAsync(census, Eventually.Bound, IsNoPods, Cancellation);
        left.Where(IsNoPods).Should().BeEmpty();
        await DockerAsync("network", "rm", Network);
        await pod.RemoveAsync(Cancellation);
    }

    // The mounts of the pod that was replaced, and of its successor.
    private static bool IsNoPods(string change) => !change.Contains("/run/containerd/", StringComparison.Ordinal);

    // As a kubelet starts it: ready when its probe succeeds.
    private async Task<Pod> StartAsync(string name)
    {
        var (_, settings, daemon) = Manifest();
        Directory.CreateDirectory(Host.PathOf(Settings));
        foreach (var (file, content) in settings.Data)
            await File.WriteAllTextAsync(Host.PathOf($"{Settings}/{file}"), content, Cancellation);

        var spec = daemon.Spec.Template.Spec;
        var container = spec.Containers.Single();
        var pod = await Host.Pods.RunAsync(
            name,
            new NodePod(
                container.Image, [.. container.Args], [.. container.VolumeMounts.Select(mount => Mount(mount, spec.Volumes))],
                container.SecurityContext.Privileged == true, spec.HostNetwork == true, spec.HostPID == true),
            Cancellation);
        (await Eventually.IsTrueAsync(
            async token => (await pod.ExecAsync(container.ReadinessProbe.Exec.Command, token)).Succeeded, Cancellation))
            .Should().BeTrue(Log(name));
        return pod;
    }

    private string Log(string name) => Host.PathOf($"/var/log/pods/{name}.log") is var path && File.Exists(path)
        ? File.ReadAllText(path)
        : "it has no log";

    private static NodeMount Mount(V1VolumeMount mount, IList<V1Volume> volumes) => new(
        volumes.Single(volume => volume.Name == mount.Name).HostPath?.Path ?? Settings, mount.MountPath,
        mount.ReadOnlyProperty == true, mount.MountPropagation == "Bidirectional");

    // Strict: a field that Kubernetes does not know is an error.
    private static (V1Namespace Space, V1ConfigMap Settings, V1DaemonSet Daemon) Manifest()
    {
        var objects = KubernetesYaml.LoadAllFromString(
            File.ReadAllText(TestHost.PackagedFile("samples/kubernetes/daemonset.yaml")), typeMap: null, strict: true);
        return ((V1Namespace)objects[0], (V1ConfigMap)objects[1], (V1DaemonSet)objects[2]);
    }
}
