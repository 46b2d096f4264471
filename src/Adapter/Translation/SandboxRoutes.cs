using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// A container has room for one route to a destination. Docker would say so only when it has moved the interface and taken the container's
/// default route away, and only that a file exists.
/// </summary>
internal static class SandboxRoutes
{
    /// <param name="record">To be moved; the routes that its plugins made are known.</param>
    /// <param name="others">What the same container has.</param>
    /// <param name="present">The routes that the sandbox has, where it is there already.</param>
    /// <exception cref="CnmException">One of those has a route in the place of one of ours.</exception>
    public static void RequireNew(AttachmentRecord record, IReadOnlyList<AttachmentRecord> others, IReadOnlyList<SandboxRoute> present)
    {
        foreach (var route in EndpointAnswer.StaticRoutes(record))
        {
            if (others.FirstOrDefault(other => RoutesOf(other).Any(route.HasPlaceOf)) is { } other)
                throw Refusal(record, route, $"on CNI network \"{other.CniNetwork}\"");

            if (present.FirstOrDefault(taken => route.HasPlaceOf(taken.Route)) is { } inTheWay)
                throw Refusal(record, route, $"on its interface {inTheWay.Interface}");
        }
    }

    private static IEnumerable<LinkRoute> RoutesOf(AttachmentRecord other) => other.Attach == AttachMode.Sandbox
        ? other.Snapshot?.Routes.Where(route => route is { IsKernel: false, IsDefault: false, HasLink: true }) ?? []
        : EndpointAnswer.StaticRoutes(other);

    private static CnmException Refusal(AttachmentRecord record, LinkRoute route, string where) => new(
        $"a container cannot have two routes to {route.Destination}: it has one {where}, " +
        $"and would get another on CNI network \"{record.CniNetwork}\". Networks that both lead there can only serve different containers. " +
        $"Leave one of the two Docker networks out, or disconnect the other first: docker network disconnect. {SandboxSubnets.WhereDockerKeepsIt}");
}
