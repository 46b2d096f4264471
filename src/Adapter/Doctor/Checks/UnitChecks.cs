using Bridge.Adapter.Doctor.Readings;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class UnitsCheck() : Check<UnitsReading>(host => host.Units)
{
    public override string Id => "units";

    public override string Title => "The units of cnm-cni and Docker run";

    public override string Inspects => "`systemctl show` of `cnm-cni.socket`, `cnm-cni.service` and `docker.service`";

    protected override IEnumerable<Finding> Find(UnitsReading reading, HostReadings host)
    {
        string[] own = [UnitsReading.Socket, UnitsReading.Service];
        if (host.Settings.Settings.PluginRoot is not null)
            own = []; // Docker or a kubelet runs cnm-cni.
        else if (!own.Any(unit => reading.Of(unit).IsThere))
        {
            if (host.Settings.IsOfContainer)
                yield break; // A second daemon beside the container's could not start.

            yield return Finding.Warning(
                "cnm-cni is not installed as a service.",
                "After a boot nothing serves Docker's networks of this driver.",
                "install -m 644 samples/systemd/cnm-cni.socket samples/systemd/cnm-cni.service /etc/systemd/system/",
                "systemctl daemon-reload", "systemctl enable --now cnm-cni.socket cnm-cni.service");
            yield break;
        }

        foreach (var unit in own.Append(UnitsReading.Docker))
        {
            var state = reading.Of(unit);
            if (state is { IsThere: true, IsActive: false, Active: "failed" })
                yield return Finding.Error(
                    $"{unit} has failed ({state.Result}).", "systemd gave it up, and does not try again by itself.",
                    $"systemctl status --no-pager --lines=20 {unit}", $"systemctl reset-failed {unit} && systemctl start {unit}");
            else if (state is { IsThere: true, IsActive: false } && !(unit == UnitsReading.Service && host.Daemon.Value is not null))
                yield return Finding.Error(
                    $"{unit} is {state.Active}.", "Containers on CNI networks need it.",
                    state.Load == "masked" ? $"systemctl unmask {unit} && systemctl start {unit}" : $"systemctl start {unit}");
        }
    }
}

internal sealed class BootOrderCheck() : Check<UnitsReading>(host => host.Units)
{
    private const string DropIn = "/etc/systemd/system/cnm-cni.socket.d";

    public override string Id => "boot-order";

    public override string Title => "At boot the driver's socket exists before Docker starts";

    public override string Inspects => "`systemctl show`: `cnm-cni.socket` is enabled, and `docker.service` starts after it";

    protected override IEnumerable<Finding> Find(UnitsReading reading, HostReadings host)
    {
        const string Why = "Docker starts containers with a restart policy when it starts, and gives up those whose driver has no socket.";
        var socket = reading.Of(UnitsReading.Socket);
        if (!socket.IsThere)
            yield break; // The check of the units reports it.

        if (socket.File is not ("enabled" or "static" or "enabled-runtime" or "alias"))
            yield return Finding.Warning(
                $"{UnitsReading.Socket} is not enabled ({(socket.File.Length > 0 ? socket.File : "no state")}).", Why,
                $"systemctl enable {UnitsReading.Socket} {UnitsReading.Service}");

        var docker = reading.Of(UnitsReading.Docker);
        if (docker.IsThere && !docker.After.Contains(UnitsReading.Socket))
            yield return Finding.Warning(
                $"{UnitsReading.Docker} does not start after {UnitsReading.Socket}.", Why,
                $"mkdir -p {DropIn} && printf '[Unit]\\nBefore=docker.service\\n' > {DropIn}/docker.conf && systemctl daemon-reload");
    }
}
