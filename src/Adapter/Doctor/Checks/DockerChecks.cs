using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class DockerCheck : ICheck
{
    public string Id => "docker";

    public string Title => "Docker answers";

    public string Inspects => "the setting `dockerSocket`";

    public IEnumerable<Finding> Find(HostReadings host) => host.Docker.WhyNot is not { } why
        ? []
        : host.Rights.Value is { IsRoot: false }
            ? [Finding.NotChecked(why)]
            :
            [
                Finding.Error(
                    ErrorDescription.Sentence($"{char.ToUpperInvariant(why[0])}{why[1..]}"),
                    "No container can be started, and cnm-cni cannot compare its records with Docker's.",
                    host.Units.Value is null ? "dockerd" : "systemctl start docker"),
            ];
}

internal sealed class DockerVersionCheck() : Check<DockerReading>(host => host.Docker)
{
    public override string Id => "docker-version";

    public override string Title => "No fault is known of this version of Docker";

    public override string Inspects => "Docker's `/version`; [docker-29.md](reference/docker-29.md)";

    protected override IEnumerable<Finding> Find(DockerReading reading, HostReadings host)
    {
        if (Releases.Parse(reading.Engine.Version.Engine) is not { } version)
        {
            yield return Finding.NotChecked($"Docker's version \"{reading.Engine.Version.Engine}\" has no number");
            yield break;
        }

        foreach (var fault in KnownDockerFaults.All.Where(fault => fault.IsIn(version)))
            yield return new Finding(
                fault.Weight, $"Docker {version} {fault.What}.", fault.Why,
                [fault.Command ?? Packages.Upgrade(host, Package.Docker(reading.Engine.Version.Engine))]);
    }
}

internal sealed class DockerNetworksCheck() : Check<DockerReading>(host => host.Docker)
{
    public override string Id => "docker-networks";

    public override string Title => "Every Docker network of the driver still fits its CNI network";

    public override string Inspects => "Docker's `/networks`; the CNI networks";

    protected override IEnumerable<Finding> Find(DockerReading reading, HostReadings host)
    {
        if (host.Networks.Value is not { } networks)
        {
            yield return Finding.NotChecked(host.Networks.WhyNot ?? "");
            yield break;
        }

        var pairs = NetworkPairs.Of(networks.Contents, reading.Own);
        foreach (var (docker, name) in pairs.Lost)
            yield return Finding.Error(
                $"Docker network {docker.Name} stands for CNI network {name ?? "?"}, which is not on this host.",
                "No container can be started on it. Put the CNI network's file back, or remove the Docker network.",
                $"docker network rm {docker.Name}");

        foreach (var (cni, docker) in pairs.Known.SelectMany(pair => pair.Docker, (pair, docker) => (pair.Cni, docker)))
        {
            if (NetworkPairs.Outdated(docker, cni) is { } outdated)
                yield return Finding.Warning(
                    $"Docker network {docker.Name} is outdated: {outdated}.",
                    "`docker network inspect` shows what is not so, and `--ip` may be refused. Remove its containers first.",
                    $"docker network rm {docker.Name}", $"cnm-cni networks create {cni.Name} --name {docker.Name}");
        }

        if (pairs.Lost.Count == 0 && pairs.Known is [var (first, _), ..] && pairs.Known.All(pair => pair.Docker.Count == 0)
            && MainPlugin.WhyNotAttachable(first) is null)
            yield return Finding.Note(
                "No Docker network stands for a CNI network.", "A container can be started on a CNI network once there is one.",
                $"cnm-cni networks create {first.Name}");
    }
}

internal sealed class RestartPolicyCheck() : Check<DockerReading>(host => host.Docker)
{
    public override string Id => "restart-policy";

    public override string Title => "Containers with a restart policy run";

    public override string Inspects => "containers on networks of the driver that have a restart policy and could not be started";

    protected override IEnumerable<Finding> Find(DockerReading reading, HostReadings host) =>
        reading.Down.Where(container => container.Error.Length > 0).Select(container => Finding.Warning(
            $"Container {container.Name} is down although its restart policy requires it: {ErrorDescription.Sentence(container.Error)}",
            "Docker tries once when it starts. Then a container whose driver had no socket stays down until cnm-cni tries once more.",
            $"docker start {container.Name}"));
}

internal sealed class LiveRestoreCheck() : Check<DockerReading>(host => host.Docker)
{
    private static readonly Version ForgetsPorts = new(29, 0);

    public override string Id => "live-restore";

    public override string Title => "A restart of dockerd loses nothing of running containers";

    public override string Inspects => "Docker's `/info`: `live-restore`";

    protected override IEnumerable<Finding> Find(DockerReading reading, HostReadings host) =>
        reading.Engine.LiveRestore && Releases.Parse(reading.Engine.Version.Engine) >= ForgetsPorts
        ?
        [
            Finding.Note(
                "Docker runs with live-restore, and this version forgets at its restart which running containers publish ports.",
                "`docker network connect` then fails where it would move the gateway of such a container. Restart the container after a " +
                "restart of dockerd.",
                "docker restart CONTAINER"),
        ]
        : [];
}
