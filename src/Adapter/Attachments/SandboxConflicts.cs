using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// What keeps an attachment out of a sandbox: a subnet or a route that the sandbox has already, or IPv6 that is switched off there. Docker
/// would report some of these only after it has moved the interface, and only as "file exists".
/// </summary>
internal static class SandboxConflicts
{
    // Some engines list a network whose Join failed, and try it again at the container's next start.
    private const string WhereDockerKeepsIt =
        "If docker inspect still lists the refused network, remove it while the container is stopped: docker stop, docker network " +
        "disconnect, docker start.";

    /// <exception cref="CnmException">The attachment needs the sandbox at Join, and the engine makes it later.</exception>
    public static void RequireSandbox(AttachmentRecord record, string sandboxKey)
    {
        if (!Sandbox.Exists(sandboxKey))
        {
            throw new CnmException(
                $"CNI network \"{record.CniNetwork}\" must be attached in the container's own namespace (-o " +
                $"{NetworkOptions.AttachKey}=sandbox), which this engine creates too late. Use Docker 28 or newer, or start the " +
                "container on another network and connect it to this one afterwards: docker network connect.");
        }
    }

    /// <param name="record">The attachment that is about to move.</param>
    /// <param name="others">The container's other attachments.</param>
    /// <exception cref="CnmException">One of them is in the same subnet.</exception>
    public static void RequireNewSubnets(AttachmentRecord record, IEnumerable<AttachmentRecord> others)
    {
        foreach (var other in others)
        {
            var pairs = Addresses(record).SelectMany(_ => Addresses(other), (address, taken) => (Address: address, Taken: taken));
            foreach (var (address, taken) in pairs.Where(pair => CniSubnet.Overlap(pair.Address.Subnet, pair.Taken.Subnet)))
            {
                throw new CnmException(
                    $"a container cannot have two interfaces in one subnet: it has {taken} on CNI network \"{other.CniNetwork}\", " +
                    $"and would get {address} on CNI network \"{record.CniNetwork}\". " +
                    $"Omit one of the two Docker networks, or disconnect the other first: docker network disconnect. {WhereDockerKeepsIt}");
            }
        }
    }

    /// <param name="record">The attachment that is about to move, with its routes in the snapshot.</param>
    /// <param name="others">The container's other attachments.</param>
    /// <param name="present">The routes in the sandbox, if it exists already.</param>
    /// <exception cref="CnmException">One of them conflicts with a route of this attachment.</exception>
    public static void RequireNewRoutes(AttachmentRecord record, IReadOnlyList<AttachmentRecord> others,
        IReadOnlyList<SandboxRoute> present)
    {
        foreach (var route in EndpointAnswer.StaticRoutes(record))
        {
            if (others.FirstOrDefault(other => RoutesOf(other).Any(route.ConflictsWith)) is { } other)
                throw RouteConflict(record, route, $"on CNI network \"{other.CniNetwork}\"");

            if (present.FirstOrDefault(taken => route.ConflictsWith(taken.Route)) is { } conflicting)
                throw RouteConflict(record, route, $"on its interface {conflicting.Interface}");
        }
    }

    /// <param name="record">The attachment that lacks the address.</param>
    /// <param name="address">The address that Docker has recorded.</param>
    /// <param name="isOff">IPv6 is switched off for the interface.</param>
    /// <exception cref="CnmException">IPv6 is off, which is why the address is missing.</exception>
    public static void RequireIPv6On(AttachmentRecord record, string address, bool isOff)
    {
        if (isOff)
        {
            throw new CnmException(
                $"CNI network \"{record.CniNetwork}\" did not assign the address {address} that Docker has recorded: IPv6 is switched " +
                "off for the interface " +
                "(sysctl net.ipv6.conf.….disable_ipv6=1), by a plugin of the network or by the container's own sysctls. " +
                "For IPv4 alone create the Docker network without --ipv6, or with --ipam-driver null; for both families omit the sysctl.");
        }
    }

    /// <summary>
    /// A container with IPv6 switched off gets no IPv6 address. With <c>--ipam-driver cni</c> and <c>--ipv6</c>, Docker 28 and newer
    /// requests only IPv4 for it; otherwise Docker has recorded an IPv6 address before the container can be inspected.
    /// </summary>
    /// <exception cref="CnmException">The attachment has an IPv6 address.</exception>
    public static void RequireNoIPv6(AttachmentRecord record)
    {
        if (EndpointAnswer.Address(record, AddressFamily.InterNetworkV6) is { } address)
        {
            throw new CnmException(
                "IPv6 is switched off in this container (sysctl net.ipv6.conf.all.disable_ipv6=1), and CNI network " +
                $"\"{record.CniNetwork}\" would assign it the address {address}. For IPv4 alone use a Docker network created with --ipv6 " +
                "and --ipam-driver cni, or a CNI network without IPv6; for both families omit the sysctl.");
        }
    }

    private static IEnumerable<Cidr> Addresses(AttachmentRecord record) =>
        new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.Select(family => EndpointAnswer.Address(record, family))
            .OfType<string>().Select(Cidr.Parse);

    private static IEnumerable<LinkRoute> RoutesOf(AttachmentRecord other) => other.Attach == AttachMode.Sandbox
        ? other.Snapshot?.Routes.Where(route => route is { IsKernel: false, IsDefault: false, HasLink: true }) ?? []
        : EndpointAnswer.StaticRoutes(other);

    private static CnmException RouteConflict(AttachmentRecord record, LinkRoute route, string where) => new(
        $"a container cannot have two routes to {route.Destination}: it has one {where}, and would get another on CNI network " +
        $"\"{record.CniNetwork}\". A container can be on only one of the networks that route to this destination. Omit one of the two " +
        $"Docker networks, or disconnect the other first: docker network disconnect. {WhereDockerKeepsIt}");
}
