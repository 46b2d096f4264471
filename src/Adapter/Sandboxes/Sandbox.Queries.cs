using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Operations on a container's sandbox, given its path.</summary>
internal sealed partial class Sandbox
{
    private const string Loopback = "lo";

    /// <summary>
    /// Whether a namespace is mounted at the path. Docker first makes an empty file there (moby daemon/libnetwork/osl createNamespaceFile).
    /// </summary>
    public static bool Exists(string path) => NetworkNamespace.IsNamespace(path);

    /// <summary>
    /// Whether a process of the machine other than cnm-cni is in the namespace at the path: the container runs on, or another container
    /// shares its network. False where no namespace is. See <see cref="NamespaceProcesses"/> for what is not found.
    /// </summary>
    public static bool HasProcesses(string path)
    {
        using var network = NetworkNamespace.TryOpen(path);
        return network is not null && new NamespaceProcesses(network).Any();
    }

    /// <summary>False also where no namespace is.</summary>
    public static bool HasLink(string path, string ifname)
    {
        using var sandbox = TryOpen(path);
        return sandbox?.Netlink.FindLink(ifname) is not null;
    }

    /// <summary>The name that Docker will give the next link it moves to the sandbox: the lowest free number behind the prefix.</summary>
    /// <param name="unknownToDocker">Links that Docker did not move there, and so does not count.</param>
    /// <exception cref="IOException">No network namespace is at the path.</exception>
    public static string NextInterfaceName(string path, string prefix, params IEnumerable<string> unknownToDocker)
    {
        using var sandbox = Open(path);
        var taken = sandbox.Netlink.Links()
            .SelectMany(link => link.OtherNames.Append(link.Name))
            .Except(unknownToDocker)
            .ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, taken.Count + 1).Select(number => $"{prefix}{number}").First(name => !taken.Contains(name));
    }

    /// <summary>Sets sysctls of the link that a user requested.</summary>
    /// <param name="sysctls">Keys as <c>net.ipv4.conf.IFNAME.key</c>.</param>
    /// <exception cref="IOException">A key is not one of an interface, or the kernel does not have it or refuses the value.</exception>
    public static void ApplySysctls(string path, string ifname, IReadOnlyList<KeyValuePair<string, string>> sysctls)
    {
        List<LinkSysctl> wanted = [.. sysctls.Select(sysctl => LinkSysctls.Parse(sysctl.Key, sysctl.Value))];
        using var network = NetworkNamespace.Open(path);
        new LinkSysctls(network).Set(ifname, wanted);
    }

    /// <summary>What the sandbox contains before plugins run in it.</summary>
    public static SandboxBaseline ReadBaseline(string path)
    {
        using var sandbox = Open(path);
        return sandbox.ReadBaseline();
    }

    /// <inheritdoc cref="ReadBaseline(string)"/>
    /// <returns>Null when no network namespace is at the path.</returns>
    public static SandboxBaseline? TryReadBaseline(string path)
    {
        using var sandbox = TryOpen(path);
        return sandbox?.ReadBaseline();
    }

    /// <summary>
    /// Brings links up again that a DEL took down, other than its own: the loopback plugin takes lo down (plugins
    /// plugins/main/loopback/loopback.go), which in a container that lives on was up before its ADD.
    /// </summary>
    public static void SetUpAgain(string path, string ifname, SandboxBaseline before)
    {
        using var sandbox = TryOpen(path);
        var links = sandbox?.Netlink.Links() ?? [];
        foreach (var link in links.Where(link => !link.IsUp && link.Name != ifname && before.Up.Contains(link.Index)))
            sandbox!.Netlink.SetUp(link.Index);
    }

    /// <summary>The main default routes of both families over all links but one.</summary>
    /// <exception cref="IOException">No network namespace is at the path.</exception>
    public static IReadOnlyList<LinkRoute> DefaultRoutes(string path, string? except)
    {
        using var sandbox = Open(path);
        return
        [
            .. sandbox.Netlink.Links().Where(link => link.Name != except)
                .SelectMany(link => sandbox.Netlink.Routes(link)).Where(route => route.IsMainDefault),
        ];
    }

    /// <summary>The routes over each interface; empty when no network namespace is at the path.</summary>
    public static IReadOnlyList<SandboxRoute> RoutesIn(string path)
    {
        using var sandbox = TryOpen(path);
        return
        [
            .. (sandbox?.Netlink.Links() ?? [])
                .SelectMany(link => sandbox!.Netlink.Routes(link), (link, route) => new SandboxRoute(link.Name, route))
                .Where(found => found.Route.HasLink),
        ];
    }

    /// <summary>Whether the sandbox has default routes, all of them over other links.</summary>
    public static bool IsGatewayElsewhere(string path, string ifname)
    {
        using var sandbox = Open(path);
        var gateways = sandbox.Netlink.Links()
            .Where(link => sandbox.Netlink.Routes(link).Any(route => route.IsMainDefault))
            .Select(link => link.Name)
            .ToArray();
        return gateways.Length > 0 && !gateways.Contains(ifname);
    }

    /// <summary>
    /// Removes the link's default routes that Docker can set itself: it chooses between the gateways of the container's endpoints. The
    /// snapshot keeps them.
    /// </summary>
    public static void YieldDefaultRoutes(string path, string ifname, LinkSnapshot snapshot, OwnDefaultRoutes own = default)
    {
        using var sandbox = Open(path);
        new SandboxDefaults(sandbox, sandbox.Require(ifname).Info, own).Yield(snapshot);
    }

    /// <summary>
    /// Finishes a link that plugins made in the sandbox: removes its default routes as <see cref="YieldDefaultRoutes"/> does, and announces
    /// its addresses to its neighbours.
    /// </summary>
    /// <param name="path">The sandbox.</param>
    /// <param name="ifname">The link.</param>
    /// <param name="snapshot">What the plugins configured.</param>
    /// <param name="own">The default routes of the link that Docker does not set, given the snapshot that is returned.</param>
    /// <returns>The snapshot, see <see cref="SandboxLink.WithoutIPv6WhereOff"/>.</returns>
    public static LinkSnapshot Finish(string path, string ifname, LinkSnapshot snapshot, Func<LinkSnapshot, OwnDefaultRoutes> own)
    {
        using var sandbox = Open(path);
        var link = sandbox.Require(ifname);
        snapshot = link.WithoutIPv6WhereOff(snapshot);
        new SandboxDefaults(sandbox, link.Info, own(snapshot)).Yield(snapshot);
        Announcement.Send(sandbox.Namespace, link.Info, sandbox.Netlink.Addresses(link.Info));
        return snapshot;
    }

    /// <summary>Whether the user has disabled IPv6 in an existing sandbox.</summary>
    /// <param name="sysctlsComeFirst">
    /// The engine applies the user's sysctls, and no others, before networks join. Null: unknown; then only the value of a sandbox without
    /// networks counts, because Docker disables IPv6 for links without an IPv6 address.
    /// </param>
    public static bool IsIPv6Off(string path, bool? sysctlsComeFirst)
    {
        using var sandbox = TryOpen(path);
        return sandbox is not null
            && (sysctlsComeFirst ?? sandbox.Netlink.Links().Count == 1)
            && new LinkSysctls(sandbox.Namespace).IsIPv6Off(Loopback);
    }

    /// <summary>Disables IPv6 on the loopback again: plugins enable it there when they add an IPv6 address.</summary>
    public static void SwitchIPv6Off(string path)
    {
        using var sandbox = Open(path);
        new LinkSysctls(sandbox.Namespace).SwitchIPv6Off(Loopback);
    }

    private SandboxBaseline ReadBaseline() =>
        new(Netlink.Rules(), Netlink.RoutesOfNoLink(), Netlink.Links().Where(link => link.IsUp).Select(link => link.Index).ToHashSet());
}

/// <summary>The parts of a sandbox that belong to no link, as they were before plugins ran.</summary>
/// <param name="Rules">The routing rules.</param>
/// <param name="Routes">The routes over no link.</param>
/// <param name="Up">The indexes of the links that were up.</param>
internal sealed record SandboxBaseline(IReadOnlyList<RoutingRule> Rules, IReadOnlyList<LinkRoute> Routes, IReadOnlySet<int> Up);

/// <summary>A route in a sandbox and the interface it leads over.</summary>
internal sealed record SandboxRoute(string Interface, LinkRoute Route);
