using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>The kernel has room for one route of the same destination, table and metric in a namespace.</summary>
internal static class RoutePlace
{
    /// <summary>Puts the route there, and in the place of what the same link has there.</summary>
    /// <param name="netlink">Of the namespace.</param>
    /// <param name="link">The link it leads over.</param>
    /// <param name="route">What is wanted.</param>
    /// <param name="present">What the link has in its place; null when that is nothing.</param>
    /// <exception cref="IOException">The kernel refused, for example because another link has a route there.</exception>
    public static void Set(RouteNetlink netlink, LinkInfo link, LinkRoute route, LinkRoute? present)
    {
        if (present is not null && RouteNetlink.AreSame(link, route, present))
            return;

        if (present is { HasLink: true, Obstacle: null })
        {
            netlink.ReplaceRoute(link, route);
            return;
        }

        try
        {
            netlink.AddRoute(link, route);
        }
        catch (KernelException taken) when (taken.Errno == Errno.EEXIST)
        {
            throw new IOException(
                $"{taken.Message}. Another of the container's networks has a route in that place; " +
                "attach the container to one of the two networks only, or give them different routes.",
                taken);
        }
    }
}
