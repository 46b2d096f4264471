using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Links that plugins make in the sandbox itself, and that never move; and what else is asked of a sandbox before a link is there.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>Whether there is a sandbox already. Docker makes an empty file first and mounts the namespace there later.</summary>
    public static bool IsThere(string sandboxPath) => NetworkNamespace.IsNamespace(sandboxPath);

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
        return new SandboxSurroundings(sandbox.Netlink.Rules(), sandbox.Netlink.RoutesOfNoLink());
    }

    /// <summary>What the plugins left in a sandbox that has other links too: nothing of theirs, and no rule or route that was there before.</summary>
    /// <exception cref="IOException">There is no such link.</exception>
    public LinkSnapshot CaptureInSandbox(string sandboxPath, string ifname, SandboxSurroundings before)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        return sandbox.Require(ifname).ReadAmongOthers(before) with { PeerIsInHost = PeerIsInHost(sandbox, ifname) };
    }

    /// <summary>
    /// Takes the link's default routes out of the main table, so that Docker, which is told of the gateway, can choose among those of the
    /// container's endpoints. The snapshot keeps them.
    /// </summary>
    /// <returns>What was there.</returns>
    public static IReadOnlyList<LinkRoute> RemoveDefaultRoutes(string sandboxPath, string ifname)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        var link = sandbox.Require(ifname).Info;
        List<LinkRoute> defaults =
            [.. sandbox.Netlink.Routes(link).Where(route => route is { IsDefault: true, HasLink: true, Table: Rtnetlink.RT_TABLE_MAIN })];
        foreach (var route in defaults)
        {
            sandbox.Netlink.RemoveRoute(link, route);
        }

        return defaults;
    }

    /// <summary>Whether the default routes of the sandbox lead over other links than this one.</summary>
    public static bool IsGatewayElsewhere(string sandboxPath, string ifname)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        var gateways = sandbox.Netlink.Links()
            .Where(link => sandbox.Netlink.Routes(link).Any(route => route is { IsDefault: true, HasLink: true, Table: Rtnetlink.RT_TABLE_MAIN }))
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
            if (sandbox is not null && (snapshot is null || sandbox.Find(snapshot, host)?.Name == ifname))
            {
                Cover(attachmentId, sandbox.Namespace);
                return LinkHome.InPlace;
            }
        }

        return BringHome(attachmentId, ifname, hostIfname, sandboxPath, snapshot);
    }

    private Sandbox? TryOpenCovering(string attachmentId)
    {
        if (Sandbox.TryOpen(PathOf(attachmentId)) is not { } named)
        {
            return null;
        }

        if (!named.IsStagingOf(attachmentId))
        {
            return named;
        }

        named.Dispose();
        return null;
    }

    private bool PeerIsInHost(Sandbox sandbox, string ifname) =>
        sandbox.Require(ifname).Info.PeerNamespaceId is { } id && id == sandbox.Netlink.IdOf(host);
}
