namespace Bridge.Adapter.State;

/// <summary>
/// Which records a power cut must not take. Links, namespaces, rules and sysctls end with the kernel; what plugins keep on disk does not:
/// the addresses of IPAM plugins, and whatever a plugin that is not a stock one keeps. DEL frees both, so what DEL is given must be durable
/// before they come into being. Everything else need only survive cnm-cni.
/// </summary>
internal static class Durability
{
    /// <summary>
    /// The intent, before the IPAM plugin runs; a reservation that is restored; and the result, where an IPAM plugin that is not a stock
    /// one may need it.
    /// </summary>
    public static bool IsNeeded(ReservationRecord? from, ReservationRecord to) => from is null
        || (from.Phase == ReservationPhase.Reserving && to.Phase == ReservationPhase.Reserved && !to.Configuration.Chain.HasStockIpam);

    /// <summary>
    /// The intent, before the chain runs, unless the chain has only stock plugins and the address is its reservation's; and, of a chain
    /// with other plugins, everything that DEL is given.
    /// </summary>
    public static bool IsNeeded(AttachmentRecord? from, AttachmentRecord to)
    {
        if (to.Phase == AttachmentPhase.Prepared || to.IsCleanupPending)
            return false; // No plugin has run; or an earlier record leads to the same clean-up.

        var isStock = to.Configuration.Chain.IsStock;
        if (from is null or { Phase: AttachmentPhase.Prepared } or { IsCleanupPending: true })
            return !isStock || to.Reserved.Count == 0;

        return !isStock && (from.IsUnfinished ? !to.IsUnfinished : IsDelGivenMore(from, to));
    }

    private static bool IsDelGivenMore(AttachmentRecord from, AttachmentRecord to) =>
        (to.PublishedPorts is { } ports && !ports.SequenceEqual(from.PublishedPorts ?? []))
        || (to.RanInSandbox && (!from.RanInSandbox || to.SandboxInterfaceName != from.SandboxInterfaceName))
        || (to.Result is { } result && !result.Equals(from.Result));
}
