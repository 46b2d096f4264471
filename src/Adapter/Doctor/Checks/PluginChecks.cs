using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class PluginFilesCheck() : Check<PluginsReading>(host => host.Plugins)
{
    private static readonly string[] StockIpam = [IpamConfiguration.HostLocal, IpamConfiguration.Static, IpamConfiguration.Dhcp];

    public override string Id => "plugin-files";

    public override string Title => "Every plugin is installed, and root alone decides what it does";

    public override string Inspects => "the files of the plugins that CNI networks name: presence, owner and mode";

    protected override IEnumerable<Finding> Find(PluginsReading reading, HostReadings host)
    {
        foreach (var plugin in reading.Plugins)
        {
            if (plugin.WhyMissing is { } missing)
                yield return Finding.Error(
                    ErrorDescription.Sentence($"{char.ToUpperInvariant(missing[0])}{missing[1..]}"),
                    $"No container can be started on {Texts.Networks(plugin.Networks)}, and containers on it cannot be cleaned up.",
                    Remedy(plugin.Type, missing, host));
            else if (plugin.WhyUnsafe is { } unsafeFile)
                yield return Finding.Warning(
                    $"Plugin {plugin.Type}: {unsafeFile}.", "Root runs this program: that user can become root.",
                    $"chown root:root {plugin.File} {Path.GetDirectoryName(plugin.File)} && chmod go-w {plugin.File} " +
                    $"{Path.GetDirectoryName(plugin.File)}");
        }
    }

    private static string Remedy(string type, string missing, HostReadings host) =>
        missing.Split("run chmod +x ") is [_, var file] ? $"chmod +x {file}"
        : StockPlugins.Contains(type) || StockIpam.Contains(type) ? Packages.Install(host, Package.Plugins)
        : "cnm-cni networks";
}

internal sealed class PluginVersionsCheck() : Check<PluginsReading>(host => host.Plugins)
{
    public override string Id => "plugin-versions";

    public override string Title => "Every plugin answers VERSION, and speaks the version of its network";

    public override string Inspects => "the answers to VERSION; `cniVersion` of the CNI networks";

    protected override IEnumerable<Finding> Find(PluginsReading reading, HostReadings host)
    {
        var versions = host.Networks.Value?.Networks.ToLookup(network => network.Name, network => network.CniVersion);
        foreach (var plugin in reading.Plugins.Where(plugin => plugin.File is not null))
        {
            if (plugin.WhySilent is { } why)
            {
                yield return Finding.Error(
                    $"Plugin {plugin.Type} ({plugin.File}) does not answer VERSION: {ErrorDescription.Sentence(why)}",
                    $"No container can be started on {Texts.Networks(plugin.Networks)}.",
                    $"CNI_COMMAND=VERSION {plugin.File} < /dev/null");
                continue;
            }

            foreach (var network in plugin.Networks)
            {
                if (versions?[network].FirstOrDefault() is { } version && !plugin.Supported.Contains(version))
                    yield return Finding.Error(
                        $"Plugin {plugin.Type} ({plugin.File}) does not speak version {version} of CNI network {network}, but " +
                        $"{string.Join(", ", plugin.Supported)}.",
                        "No container can be started on the network. Install a newer plugin, or lower cniVersion in the network's file.",
                        "cnm-cni cni validate");
            }
        }
    }
}

internal sealed class PluginFaultsCheck() : Check<PluginsReading>(host => host.Plugins)
{
    // The distribution may have no newer one: Debian 12 stays at 1.1.1.
    private const string Releases = "https://github.com/containernetworking/plugins/releases";

    public override string Id => "plugin-faults";

    public override string Title => "No fault is known of these releases of the stock plugins";

    public override string Inspects => "what stock plugins print of their release, else the version of Debian's package";

    protected override IEnumerable<Finding> Find(PluginsReading reading, HostReadings host)
    {
        string[] silent = [.. reading.Plugins.Where(plugin => plugin is { IsStock: true, Release: null }).Select(plugin => plugin.Type)];
        if (silent.Length > 0)
            yield return Finding.NotChecked($"{string.Join(", ", silent)}: neither the plugins nor Debian's packages show their release");

        foreach (var plugin in reading.Plugins.Where(plugin => plugin.Release is not null))
        {
            foreach (var fault in KnownPluginFaults.All.Where(fault => fault.Type == plugin.Type && fault.IsIn(plugin.Release!)))
            {
                if (host.Networks.Value is { } networks && networks.Networks.SelectMany(network => network.Plugins)
                    .Any(used => (used.Type == plugin.Type || used.IpamType == plugin.Type) && fault.Concerns(used)))
                    yield return new Finding(
                        fault.Weight, $"Plugin {plugin.Type} {plugin.Release} {fault.What}.", fault.Why,
                        [Packages.Upgrade(host, Package.Plugins), $"# or a release from {Releases} in {DirectoryOf(plugin)}"]);
            }
        }
    }

    private static string DirectoryOf(InstalledPlugin plugin) => Path.GetDirectoryName(plugin.File) ?? "its directory";
}

internal sealed class AddressPoolCheck() : Check<PoolsReading>(host => host.Pools)
{
    // Of a hundred.
    private const int Few = 5;

    public override string Id => "address-pool";

    public override string Title => "Every subnet has addresses left";

    public override string Inspects => "the stores of `host-local` against the ranges of the CNI networks";

    protected override IEnumerable<Finding> Find(PoolsReading reading, HostReadings host)
    {
        foreach (var network in host.Networks.Value?.Networks ?? [])
        {
            var type = IpamSection.TypeOf(network);
            if (type is not (null or "" or IpamConfiguration.HostLocal or IpamConfiguration.Static))
                yield return Finding.NotChecked($"CNI network {network.Name}: what its IPAM plugin {type} has left is not known");
        }

        foreach (var (network, subnet, store) in reading.Subnets)
        {
            if (subnet.Free <= 0)
                yield return Finding.Error(
                    $"CNI network {network} has no address left in {subnet.Subnet} (of {subnet.All}).",
                    "No further container or pod can be started on it. Remove those that are not needed, or enlarge the range.",
                    "cnm-cni status", $"ls {store}");
            else if (subnet.Free * 100 < subnet.All * Few)
                yield return Finding.Warning(
                    $"CNI network {network} has {subnet.Free} of {subnet.All} addresses left in {subnet.Subnet}.",
                    "Soon no further container or pod can be started on it.", "cnm-cni status", $"ls {store}");
        }
    }
}

/// <summary>Parts of sentences.</summary>
internal static class Texts
{
    public static string Networks(IReadOnlyList<string> names) =>
        $"CNI network{(names.Count > 1 ? "s" : "")} {string.Join(", ", names)}";

    /// <summary>As one word for a shell.</summary>
    public static string Quoted(string path) => $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
