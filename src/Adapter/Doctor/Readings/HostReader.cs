using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>Reads all sources of the host, at once where none needs another. Changes nothing.</summary>
internal sealed class HostReader(SettingsReading settings, TimeProvider timeProvider)
{
    // Files of the kernel and of a local disk.
    private static readonly TimeSpan OfFiles = TimeSpan.FromSeconds(5);

    // Daemons and tools, which may be busy. All together: three of them one after the other.
    private static readonly TimeSpan OfPrograms = TimeSpan.FromSeconds(8);

    private readonly HostShell _shell = new(timeProvider);

    public async Task<HostReadings> ReadAsync(CancellationToken cancellationToken)
    {
        var force = settings.Settings;
        var docker = TimedReading.OfAsync(
            $"Docker at {force.DockerSocket}", OfPrograms, token => DockerReading.ReadAsync(force, timeProvider, token), cancellationToken);
        var daemon = TimedReading.OfAsync(
            $"cnm-cni on {force.Socket}", OfPrograms, StatusAsync, cancellationToken);
        var attachments = TimedReading.OfAsync(
            $"cnm-cni on {force.Socket}", OfPrograms, LostAsync, cancellationToken);
        var directories = TimedReading.OfAsync(
            "the container runtimes", OfPrograms, token => FindAsync(force, token), cancellationToken);
        var units = Program("systemctl", token => UnitsReading.ReadAsync(_shell, OfPrograms, token), cancellationToken);
        var firewall = Program("the firewall", token => FirewallReading.ReadAsync(_shell, OfPrograms, token), cancellationToken);
        var state = Files($"the disk of {force.StateDirectory}", () => StateReading.Read(force), cancellationToken);
        var packages = Files("a disk", PackagesReading.Read, cancellationToken);
        var kernel = Files("the list of kernel modules", KernelReading.Read, cancellationToken);
        var sysctls = Files("the kernel", SysctlsReading.Read, cancellationToken);
        var links = Files("the kernel", LinksReading.Read, cancellationToken);
        var networks = Files(
            "the configuration directory", await directories, await docker,
            NetworksReading.Read, cancellationToken);
        var (all, found) = (await networks, await directories);
        var configured = new HostReadings(settings) { Networks = all }.Configured;
        var disks = Files("a disk", () => DisksReading.Read(force, configured.Value?.Networks ?? []), cancellationToken);
        var plugins = After(configured, network => Program("a plugin", token => PluginsReading.ReadAsync(
            network.Networks, new PluginPath(found.Value!.PluginDirectories), force, OfFiles, timeProvider, token), cancellationToken));
        var pools = After(configured, network => Program(
            "the store of host-local", token => PoolsReading.ReadAsync(network.Networks, timeProvider, token), cancellationToken));
        string[] types = configured.Value is { } read
            ? [.. read.Networks.SelectMany(network => network.Plugins.SelectMany(plugin => new[] { plugin.Type, plugin.IpamType }))
                .OfType<string>().Distinct(StringComparer.Ordinal)]
            : [];
        var denials = Program(
            "the kernel's log", token => DenialsReading.ReadAsync(_shell, types, timeProvider.GetUtcNow(), OfPrograms, token),
            cancellationToken);
        return new HostReadings(settings)
        {
            Rights = Reading<RightsReading>.Of(RightsReading.Read()),
            Clock = Reading<ClockReading>.Of(ClockReading.Read(timeProvider)),
            Daemon = await daemon,
            Attachments = await attachments,
            State = await state,
            Disks = await disks,
            Docker = await docker,
            Units = await units,
            Directories = found,
            Networks = all,
            Plugins = await plugins,
            Pools = await pools,
            Packages = await packages,
            Kernel = await kernel,
            Sysctls = await sysctls,
            Links = await links,
            Firewall = await firewall,
            Denials = await denials,
        };
    }

    // A busy runtime may miss the second that it has; one that hangs misses two.
    private static async Task<FoundDirectories> FindAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        var found = await DirectoryLookup.FindAsync(settings, cancellationToken);
        return found.Runtimes.Any(runtime => runtime.State == RuntimeState.Silent)
            ? await DirectoryLookup.FindAsync(settings, cancellationToken)
            : found;
    }

    private async Task<StatusResponse> StatusAsync(CancellationToken cancellationToken)
    {
        using var daemon = new ControlClient(settings.Settings.Socket);
        return await daemon.StatusAsync(cancellationToken);
    }

    private async Task<ReloadResponse> LostAsync(CancellationToken cancellationToken)
    {
        using var daemon = new ControlClient(settings.Settings.Socket);
        return await daemon.ReloadAsync(new ReloadRequest([], DryRun: true), cancellationToken);
    }

    private static Task<Reading<T>> Program<T>(
        string source, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken) where T : class =>
        TimedReading.OfAsync(source, OfPrograms + TimeSpan.FromSeconds(1), read, cancellationToken);

    private static Task<Reading<T>> Files<T>(string source, Func<T> read, CancellationToken cancellationToken) where T : class =>
        TimedReading.OfAsync(source, OfFiles, _ => Task.FromResult(read()), cancellationToken);

    private static Task<Reading<T>> Files<T>(
        string source, Reading<FoundDirectories> directories, Reading<DockerReading> docker, Func<FoundDirectories, DockerReading?, T> read,
        CancellationToken cancellationToken) where T : class => After(
            directories, found => Files(source, () => read(found, docker.Value), cancellationToken));

    // Without the first there is no second, for the same reason.
    private static Task<Reading<T>> After<TFirst, T>(Reading<TFirst> first, Func<TFirst, Task<Reading<T>>> then)
        where TFirst : class
        where T : class =>
        first.Value is { } value ? then(value) : Task.FromResult(Reading<T>.Not(first.WhyNot ?? ""));
}
