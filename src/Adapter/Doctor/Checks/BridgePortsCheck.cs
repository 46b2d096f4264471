using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class BridgePortsCheck() : Check<LinksReading>(host => host.Links)
{
    // Of a hundred.
    private const int Few = 5;

    public override string Id => "bridge-ports";

    public override string Title => "Every bridge has ports left";

    public override string Inspects => $"the links of each bridge against the kernel's limit of {BridgePorts.Most:N0}";

    protected override IEnumerable<Finding> Find(LinksReading reading, HostReadings host)
    {
        foreach (var (bridge, ports) in BridgePorts.Count(reading.Links))
        {
            var left = BridgePorts.Most - ports;
            if (left <= 0)
                yield return Finding.Error(
                    $"Bridge {bridge} has {ports:N0} ports, the most that the kernel allows.",
                    "No further container or pod can be started on it. Remove those that are not needed, or give Docker's containers a " +
                    "CNI network with a bridge of its own.",
                    "cnm-cni status", Show(bridge));
            else if (left * 100 < BridgePorts.Most * Few)
                yield return Finding.Warning(
                    $"Bridge {bridge} has {left} of {BridgePorts.Most:N0} ports left.",
                    "Soon no further container or pod can be started on it.", "cnm-cni status", Show(bridge));
        }
    }

    private static string Show(string bridge) => $"ip link show master {bridge}";
}
