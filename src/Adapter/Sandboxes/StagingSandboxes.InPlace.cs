namespace Bridge.Adapter.Sandboxes;

/// <summary>Links that plugins make in the sandbox itself, and that never move; and what else is asked of a sandbox before a link is there.</summary>
internal sealed partial class StagingSandboxes
{
    private const string Loopback = "lo";

    /// <summary>Whether there is a sandbox already. Docker makes an empty file first and mounts the namespace there later.</summary>
    public static bool IsThere(string sandboxPath) => NetworkNamespace.IsNamespace(sandboxPath);

    /// <summary>Whether there is an interface of that name in the namespace; none where there is no namespace.</summary>
    public static bool HasLink(string sandboxPath, string ifname)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        return sandbox?.Netlink.FindLink(ifname) is not null;
    }

    /// <summary>What Docker will call the next link that it moves into the sandbox: it takes the lowest number that is free.</summary>
    /// <param name="sandboxPath">The sandbox.</param>
    /// <param name="prefix">What stands before the number.</param>
    /// <param name="unknownToDocker">Links that Docker did not move there, and so does not count.</param>
    /// <exception cref="IOException">No network namespace is there.</exception>
    public static string NextInterfaceName(string sandboxPath, string prefix, params IEnumerable<string> unknownToDocker)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        var taken = sandbox.Netlink.Links().SelectMany(link => link.OtherNames.Append(link.Name)).Except(unknownToDocker).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, taken.Count + 1).Select(number => $"{prefix}{number}").First(name => !taken.Contains(name));
    }

    /// <summary>Makes the attachment's path name the sandbox before any plugin runs. Idempotent.</summary>
    /// <exception cref="IOException">No network namespace is there.</exception>
    public void Name(string attachmentId, string sandboxPath)
    {
        using var sandbox = NetworkNamespace.Open(sandboxPath);
        Cover(attachmentId, sandbox);
    }

    /// <summary>What is in the sandbox before plugins run in it.</summary>
    public static SandboxSurroundings Survey(string sandboxPath)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        return Survey(sandbox);
    }

    /// <inheritdoc cref="Survey(string)"/>
    /// <returns>Null: there is no sandbox any more.</returns>
    public static SandboxSurroundings? TrySurvey(string sandboxPath)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        return sandbox is null ? null : Survey(sandbox);
    }

    /// <summary>
    /// Brings up again what a DEL has taken down beside its own link: the stock loopback plugin takes lo down, which was up before its ADD in a container
    /// that lives on.
    /// </summary>
    public static void SetUpAgain(string sandboxPath, string ifname, SandboxSurroundings before)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        foreach (var link in sandbox?.Netlink.Links().Where(link => !link.IsUp && link.Name != ifname && before.Up.Contains(link.Index)) ?? [])
            sandbox!.Netlink.SetUp(link.Index);
    }

    private static SandboxSurroundings Survey(Sandbox sandbox) => new(
        sandbox.Netlink.Rules(),
        sandbox.Netlink.RoutesOfNoLink(),
        sandbox.Netlink.Links().Where(link => link.IsUp).Select(link => link.Index).ToHashSet());

    /// <summary>The ways out of the sandbox over somebody else's links, in both families.</summary>
    /// <exception cref="IOException">No network namespace is there.</exception>
    public static IReadOnlyList<LinkRoute> DefaultRoutes(string sandboxPath, string? except)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        return [.. sandbox.Netlink.Links().Where(link => link.Name != except).SelectMany(link => sandbox.Netlink.Routes(link)).Where(route => route.IsMainDefault)];
    }

    /// <summary>What the plugins left in a sandbox that has other links too: nothing of theirs, and no rule or route that was there before.</summary>
    /// <exception cref="IOException">There is no such link.</exception>
    public LinkSnapshot CaptureInSandbox(string sandboxPath, string ifname, SandboxSurroundings before)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        return sandbox.Require(ifname).ReadAmongOthers(before) with { PeerIsInHost = PeerIsInHost(sandbox, ifname) };
    }

    /// <summary>The same of plugins that have not finished; null when there is no link of theirs.</summary>
    public LinkSnapshot? TryCaptureInSandbox(string sandboxPath, string ifname, SandboxSurroundings before)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        return sandbox?.Netlink.FindLink(ifname) is { } link
            ? new SandboxLink(sandbox, link).ReadAmongOthers(before) with { PeerIsInHost = PeerIsInHost(sandbox, ifname) }
            : null;
    }

    /// <summary>
    /// Takes the link's default routes out of Docker's way, which is told of the gateway and chooses among those of the container's endpoints.
    /// The snapshot keeps them.
    /// </summary>
    public static void YieldDefaultRoutes(string sandboxPath, string ifname, LinkSnapshot snapshot, OwnDefaultRoutes own = default)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        new SandboxDefaults(sandbox, sandbox.Require(ifname).Info, own).Yield(snapshot);
    }

    /// <summary>Tells the neighbours of a link that has come up where its addresses are now.</summary>
    public static void Announce(string sandboxPath, string ifname)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        var link = sandbox.Require(ifname).Info;
        Announcement.Send(sandbox.Namespace, link, sandbox.Netlink.Addresses(link));
    }

    /// <summary>Without what is of IPv6 where a sysctl of the user's has switched that off for the link.</summary>
    public static LinkSnapshot WithoutIPv6WhereOff(string sandboxPath, string ifname, LinkSnapshot snapshot)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        return sandbox.Require(ifname).WithoutIPv6WhereOff(snapshot);
    }

    /// <summary>Docker has chosen among the gateways: where it chose this link's, its default routes are what the plugins had made. Idempotent.</summary>
    public void SettleDefaultRoutes(string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own = default) =>
        WithDefaults(sandboxPath, snapshot, own, defaults => defaults.Settle(snapshot, isFinished: true));

    /// <summary>Docker has chosen the gateway of another of the container's networks. Idempotent.</summary>
    public void GiveWay(string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own = default) =>
        WithDefaults(sandboxPath, snapshot, own, defaults => defaults.GiveWay(snapshot));

    /// <summary>
    /// Whether the user has switched IPv6 off in a sandbox that is there. Where nobody knows whether Docker did it itself, it did not in one
    /// that no network has been in.
    /// </summary>
    /// <param name="sandboxPath">The sandbox.</param>
    /// <param name="sysctlsComeFirst">It has the user's sysctls already, and no others.</param>
    public static bool IsIPv6Off(string sandboxPath, bool? sysctlsComeFirst)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        return sandbox is not null && (sysctlsComeFirst ?? sandbox.Netlink.Links().Count == 1) && new LinkSysctls(sandbox.Namespace).IsIPv6Off(Loopback);
    }

    /// <summary>Whether IPv6 is off for the interface, wherever that is by now.</summary>
    public bool IsIPv6OffFor(string attachmentId, string ifname)
    {
        using var sandbox = Sandbox.Open(PathOf(attachmentId));
        return new LinkSysctls(sandbox.Namespace).IsIPv6Off(ifname);
    }

    /// <summary>Undoes what plugins do for an IPv6 address beside giving it: they switch IPv6 on for the loopback as well.</summary>
    public static void SwitchIPv6Off(string sandboxPath)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        new LinkSysctls(sandbox.Namespace).SwitchIPv6Off(Loopback);
    }

    /// <summary>The routes of every interface of a sandbox; none while there is no sandbox.</summary>
    public static IReadOnlyList<SandboxRoute> RoutesIn(string sandboxPath)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        return sandbox is null ? [] : [.. sandbox.Netlink.Links().SelectMany(link => sandbox.Netlink.Routes(link), (link, route) => new SandboxRoute(link.Name, route))
            .Where(found => found.Route.HasLink)];
    }

    /// <summary>Whether the default routes of the sandbox lead over other links than this one.</summary>
    public static bool IsGatewayElsewhere(string sandboxPath, string ifname)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        var gateways = sandbox.Netlink.Links()
            .Where(link => sandbox.Netlink.Routes(link).Any(route => route.IsMainDefault))
            .Select(link => link.Name)
            .ToArray();
        return gateways.Length > 0 && !gateways.Contains(ifname);
    }

    /// <summary>
    /// Makes the attachment's path name the namespace in which plugins undo what they did in the sandbox: the sandbox itself while their
    /// link is there under its name, else as <see cref="BringHome"/> does. Idempotent.
    /// </summary>
    /// <param name="snapshot">Null when the plugins never finished.</param>
    public LinkHome FindInPlace(string attachmentId, string ifname, string hostIfname, string sandboxPath, LinkSnapshot? snapshot)
    {
        using (var sandbox = TryOpenCovering(attachmentId) ?? Sandbox.TryOpen(sandboxPath))
        {
            var found = snapshot is null ? null : sandbox?.Find(snapshot, host);
            if (sandbox is not null && (snapshot is null || found?.Name == ifname))
            {
                // A container may have flushed its addresses, by which plugins find their rules.
                if (found is not null)
                    new SandboxLink(sandbox, found).RestoreAddresses(snapshot!);

                Cover(attachmentId, sandbox.Namespace);
                return LinkHome.InPlace;
            }
        }

        return BringHome(attachmentId, ifname, hostIfname, sandboxPath, snapshot);
    }

    private Sandbox? TryOpenCovering(string attachmentId)
    {
        if (Sandbox.TryOpen(PathOf(attachmentId)) is not { } named)
            return null;

        if (!named.IsStagingOf(attachmentId))
            return named;

        named.Dispose();
        return null;
    }

    // A container may have taken its link away.
    private void WithDefaults(string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own, Action<SandboxDefaults> body)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox?.Find(snapshot, host) is { } link)
            body(new SandboxDefaults(sandbox, link, own));
    }

    private bool PeerIsInHost(Sandbox sandbox, string ifname) =>
        sandbox.Require(ifname).Info.PeerNamespaceId is { } id && id == sandbox.Netlink.IdOf(host);
}
