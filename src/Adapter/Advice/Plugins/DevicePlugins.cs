using static Bridge.Adapter.Advice.Plugins.PodNames;

namespace Bridge.Adapter.Advice.Plugins;

/// <summary>Plugins that hand devices of the host to containers.</summary>
internal static class DevicePlugins
{
    private const string OneDevice =
        "It works without a pod, but no device plugin chooses a device: one container at a time can have the one in the file.";

    public static IReadOnlyList<KnownPlugin> Rows { get; } =
    [
        new("sriov",
            "The container gets a virtual function.",
            "\"deviceID\" must stand in the file: the PCI address of the function.",
            Ignored,
            OneDevice),
        new("ib-sriov",
            "The container gets an InfiniBand virtual function.",
            "\"deviceID\" must stand in the file, and the GUID, where the fabric requires one (\"guid\", or the capability " +
            "infinibandGUID).",
            Ignored,
            OneDevice),
        new("ovs",
            "The container gets a port of an Open vSwitch bridge.",
            "Open vSwitch must run, and have the bridge device that \"bridge\" names.",
            Ignored,
            "It works without a pod."),
        new("bond",
            "It makes a bond of links.",
            "The links in \"links\" must exist: on the host, or in the container with \"linksInContainer\", which then needs " +
            "-o cni.attach=sandbox and the other networks first.",
            Ignored,
            "It works without a pod."),
    ];
}
