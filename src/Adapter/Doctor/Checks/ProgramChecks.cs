using Bridge.Adapter.Control;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Service;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class SettingsFileCheck : ICheck
{
    public string Id => "settings-file";

    public string Title => "The settings file can be understood";

    public string Inspects => "`/etc/cnm-cni/config.yaml`, or the file of `--config`";

    public IEnumerable<Finding> Find(HostReadings host) => host.Settings.Problem is not { } problem
        ? []
        :
        [
            Finding.Error(
                $"The settings file is wrong: {ErrorDescription.Sentence(problem)}",
                "cnm-cni does not start with it. The other checks used the defaults.",
                $"cnm-cni settings --config {host.Settings.File}"),
        ];
}

internal sealed class RightsCheck() : Check<RightsReading>(host => host.Rights)
{
    public override string Id => "rights";

    public override string Title => "The daemon would have the rights that it needs";

    public override string Inspects => "the user and the capabilities of this process";

    protected override IEnumerable<Finding> Find(RightsReading reading, HostReadings host)
    {
        if (!reading.IsRoot)
            yield return Finding.NotChecked("only root can make all checks: run the command with sudo");
        else if (reading.MissingCapabilities.Count > 0)
            yield return Finding.Error(
                $"This process lacks {string.Join(" and ", reading.MissingCapabilities)}, as in a container.",
                "cnm-cni makes network namespaces and configures networks of the host. A daemon that is started here cannot.",
                "grep CapEff /proc/self/status");
    }
}

internal sealed class DaemonCheck : ICheck
{
    public string Id => "daemon";

    public string Title => "The daemon answers, in this version";

    public string Inspects => "the setting `socket`, as `cnm-cni status` does";

    public IEnumerable<Finding> Find(HostReadings host)
    {
        var units = host.Units.Value?.Of(UnitsReading.Service).IsThere == true;
        if (host.Daemon.Value is { } status)
        {
            return status.Version == ProgramVersion.Number
                ? []
                :
                [
                    Finding.Warning(
                        $"The daemon is version {status.Version}, and this program is {ProgramVersion.Number}.",
                        "The program was replaced, and the daemon stays the old one until it is started again. Containers keep their " +
                        "network.",
                        units ? "systemctl restart cnm-cni" : "cnm-cni serve"),
                ];
        }

        var why = host.Daemon.WhyNot ?? "";
        return host.Rights.Value is { IsRoot: false }
            ? [Finding.NotChecked(why)]
            :
            [
                Finding.Error(
                    ErrorDescription.Sentence(why),
                    "No container can be started on a CNI network, and what removed containers leave is not cleaned up.",
                    ManagedPlugin.IdOf(host.Settings.Settings.Socket) is { } plugin ? $"docker plugin enable {plugin}"
                        : units ? "systemctl start cnm-cni.socket cnm-cni.service" : "cnm-cni serve"),
            ];
    }
}

internal sealed class DaemonFindingsCheck() : Check<StatusResponse>(host => host.Daemon)
{
    public override string Id => "daemon-findings";

    public override string Title => "The daemon has nothing that it cannot repair";

    public override string Inspects => "what `cnm-cni status` shows of findings and of unfinished containers";

    protected override IEnumerable<Finding> Find(StatusResponse reading, HostReadings host)
    {
        if (reading.StateProblem is { } problem)
            yield return Finding.Error(
                $"The daemon cannot write its records: {problem.TrimEnd('.')}.", "No container can be attached until it can.",
                $"df -h {host.Settings.Settings.StateDirectory} {host.Settings.Settings.RunDirectory}");

        foreach (var finding in reading.Findings.Where(finding => finding.State != FindingState.Repaired))
        {
            var isOfReload = finding.Kind == FindingKind.MissingOnHost.Text();
            if (isOfReload && host.Attachments.Value is not null)
                continue; // The check attachments has compared it now.

            yield return Finding.Warning(
                $"{finding.Kind}: {finding.What}: {ErrorDescription.Sentence(finding.Why)}", ErrorDescription.Sentence(finding.Done),
                isOfReload ? "cnm-cni reload" : "cnm-cni repair");
        }

        foreach (var endpoint in reading.Endpoints.Where(endpoint => endpoint.ArrivalProblem is not null))
            yield return Finding.Warning(
                $"The network of container {endpoint.ContainerName ?? endpoint.EndpointId} is unfinished: " +
                ErrorDescription.Sentence(endpoint.ArrivalProblem!),
                "The container runs without a part of its network.",
                $"docker restart {endpoint.ContainerName ?? "CONTAINER"}");

        if (reading.LogLinesDropped > 0)
            yield return Finding.Note(
                $"{reading.LogLinesDropped} lines are missing in the daemon's log.",
                "Its reader was too slow, or they could not be written.", "journalctl --unit cnm-cni");
    }
}
