using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Addresses that two containers of ours have on one CNI network: from IPAM plugins that keep no account, such as <c>static</c>, or whose
/// store was lost.
/// </summary>
internal sealed class DoubleAddressInspection(Journal journal) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
    [
        .. journal.Attachments.All.Where(record => record.Phase is AttachmentPhase.Added or AttachmentPhase.Joined).OrderBy(record => record.Since)
            .SelectMany(Addresses, (record, address) => (Record: record, Address: address))
            .GroupBy(held => (held.Record.CniNetwork, held.Address))
            .SelectMany(holders => holders.Skip(1).Select(later => ToFinding(later.Record, later.Address, holders.First().Record))),
    ]);

    private static IEnumerable<string> Addresses(AttachmentRecord record) =>
        (record.Snapshot?.Addresses ?? []).Where(address => !EndpointAnswer.IsLinkLocal(address)).Select(address => address.Address).Distinct();

    private static Finding ToFinding(AttachmentRecord record, string address, AttachmentRecord first) => new(
        FindingKind.SharedAddress, $"{record.ContainerId}/{address}", record.Text(), $"{first.ContainerName ?? $"endpoint {Cnm.DockerId.Short(first.EndpointId)}"} has {address} as well")
    {
        Remedy = "Only one of them can be reached: stop one, and let the IPAM plugin of the CNI network give each container an address of its own (static gives the same to all).",
    };
}
