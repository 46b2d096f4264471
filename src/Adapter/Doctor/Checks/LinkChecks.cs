using System.Net.Sockets;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class MtuCheck() : Check<LinksReading>(host => host.Links)
{
    private const int OfNewBridge = 1500;

    public override string Id => "mtu";

    public override string Title => "No container sends larger packets than the uplink takes";

    public override string Inspects => "`mtu` of the CNI networks and the MTU of their bridges, against that of the uplink or the `master`";

    protected override IEnumerable<Finding> Find(LinksReading reading, HostReadings host)
    {
        if (host.Configured.Value is not { } networks)
        {
            yield return Finding.NotChecked(host.Configured.WhyNot ?? "");
            yield break;
        }

        foreach (var network in networks.Networks.Select(NetworkShape.Of))
        {
            if (network is { Master: { } master, Mtu: { } mtu } && reading.Find(master) is { } parent && mtu > parent.Mtu)
                yield return Finding.Error(
                    $"CNI network {network.Name} has MTU {mtu}, and its master {master} has {parent.Mtu}.",
                    $"Plugin {network.Main.Type} refuses to make the interface.",
                    Edit(network, parent.Mtu)) with { Network = network.Name };
            else if (!network.IsKnown && network.Mtu is null)
                yield return Finding.NotChecked(
                    $"CNI network {network.Name}: which MTU its plugin {network.Main.Type} chooses is not known");
            else if (AgainstUplink(network, reading) is { } finding)
                yield return finding;
        }
    }

    private static Finding? AgainstUplink(NetworkShape network, LinksReading reading)
    {
        var uplink = reading.Uplink(AddressFamily.InterNetwork) ?? reading.Uplink(AddressFamily.InterNetworkV6);
        if ((!network.IsRouted && network.IsKnown) || uplink is null || reading.Find(uplink) is not { } way)
            return null;

        // Of a bridge that is not there yet, flannel knows the MTU from its lease.
        var present = network.Mtu ?? (network.Bridge is { } bridge ? reading.Find(bridge)?.Mtu : null)
            ?? (network.Main.Type == FlannelLease.Plugin ? 0 : OfNewBridge);
        return present <= way.Mtu ? null : Finding.Warning(
            $"Containers of CNI network {network.Name} have MTU {present}, and the uplink {uplink} has {way.Mtu}.",
            "Large packets are fragmented, or lost where a router on the way does not report that: connections hang after their " +
            "first kilobytes. New containers get the new value.",
            Edit(network, way.Mtu)) with { Network = network.Name };
    }

    // The key is replaced where the plugin has it, else it follows the plugin's type. sed is on every host.
    private static string Edit(NetworkShape network, int mtu)
    {
        if (network.Main.Type == FlannelLease.Plugin)
            return $"cat {FlannelLease.FileOf(network.Main)}"; // Of flanneld's own interface.

        const string Colon = "[[:space:]]*:[[:space:]]*";
        var edit = network.Mtu is { } present
            ? $"s/(\"mtu\"{Colon}){present}([^0-9]|$)/\\1{mtu}\\2/"
            : $"s/\"type\"{Colon}\"{network.Main.Type}\"/&, \"mtu\": {mtu}/";
        return $"sed -i -E '{edit}' {Texts.Quoted(network.File)}";
    }
}

internal sealed class ContainerRuntimeCheck() : Check<Directories.FoundDirectories>(host => host.Directories)
{
    public override string Id => "container-runtime";

    public override string Title => "The container runtimes of pods answer";

    public override string Inspects => 
        "the sockets of containerd, CRI-O, k3s and others ([directories.md](directories.md)), setting `criSocket`";

    protected override IEnumerable<Finding> Find(Directories.FoundDirectories reading, HostReadings host)
    {
        const string Why = "Pods are missing in `cnm-cni status` and in error texts. Containers are not affected.";
        foreach (var runtime in reading.Runtimes.Where(runtime => runtime.Problem is not null))
        {
            var what = ErrorDescription.Sentence($"{runtime.Name}: {runtime.Problem}");
            yield return runtime.State switch
            {
                Directories.RuntimeState.Forbidden => Finding.NotChecked($"{runtime.Name}: {runtime.Problem}"),
                Directories.RuntimeState.NotListening or Directories.RuntimeState.Silent =>
                    Finding.Warning(what, Why, $"systemctl restart {runtime.Name.ToLowerInvariant()}"),
                _ => Finding.Note(what, Why, "cnm-cni networks"),
            };
        }
    }
}

internal sealed class DenialsCheck() : Check<DenialsReading>(host => host.Denials)
{
    public override string Id => "access-denials";

    public override string Title => "SELinux and AppArmor deny cnm-cni and its plugins nothing";

    public override string Inspects => "the end of `/var/log/audit/audit.log`, and the kernel's log";

    protected override IEnumerable<Finding> Find(DenialsReading reading, HostReadings host) => reading.Lines.Select(denial =>
        Finding.Warning(
            $"{denial.Module} has denied {denial.Program}: {denial.Operation}.",
            $"The program failed there, or goes on without it. The log has: {ErrorDescription.Sentence(denial.Line)}",
            denial.Module == "SELinux"
                ? $"ausearch -m avc -c {denial.Program} --raw | audit2allow -M cnm-cni-local && semodule -i cnm-cni-local.pp"
                : "aa-status"));
}
