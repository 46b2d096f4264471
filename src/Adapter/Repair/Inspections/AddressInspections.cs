using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Addresses: journal × store of the IPAM plugin, where it can be read. Entries of the store without a record are left alone: they may
/// belong to another runtime.
/// </summary>
internal sealed class StoreInspection(
    IpamAllocations allocations, AddressRecovery recovery, AddressStores stores, OwnerLookup owners) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return null;

        var findings = new List<Finding>();
        foreach (var store in allocations.All.GroupBy(allocation => allocation.Store.Path).ToArray())
        {
            if (await stores.ReadAsync(store.First().Store, cancellationToken) is not { } stored)
                continue; // A store that does not answer is not empty.

            // After the store was read: an allocation that has ended meanwhile is not missing.
            var byAddress = stored.ToDictionary(address => address.Address);
            foreach (var allocation in store.Select(allocations.Current).OfType<IpamAllocation>())
                findings.AddRange(await CompareAsync(allocation, byAddress, cancellationToken));
        }

        return findings;
    }

    private async Task<IReadOnlyList<Finding>> CompareAsync(
        IpamAllocation allocation, Dictionary<IPAddress, StoredAddress> stored, CancellationToken cancellationToken)
    {
        Cidr[] missing = [.. allocation.Addresses.Where(address => !stored.ContainsKey(address.Address))];
        List<Finding> findings = missing.Length == 0 ? [] : [Stolen(allocation, missing)];
        var containerId = allocation.Record.ContainerId;
        foreach (var address in allocation.Addresses.Except(missing).Select(address => address.Address))
        {
            if (stored[address].OwnerId == containerId)
                continue;

            var owner = await owners.DescribeAsync(allocation.Network.Name, address, containerId, cancellationToken) ?? "another container";
            findings.Add(new Finding(
                FindingKind.ContestedAddress,
                $"{containerId}/{address}",
                allocation.What,
                $"the IPAM plugin has given {address} to {owner} as well")
            {
                Remedy = allocation.Remedy,
            });
        }

        return findings;
    }

    private Finding Stolen(IpamAllocation allocation, Cidr[] missing) => new(
        FindingKind.StolenAddress,
        allocation.Record.ContainerId,
        allocation.What,
        $"the IPAM plugin has {string.Join(", ", missing.Select(address => address.Address))} no longer recorded " +
            $"in {allocation.Store.Path}")
    {
        Repair = token => recovery.RecoverAsync(allocation, missing, token),
    };
}

/// <summary>
/// Addresses that two containers of cnm-cni have on one CNI network: from IPAM plugins that keep no records, such as <c>static</c>, or that
/// lost their store.
/// </summary>
internal sealed class DoubleAddressInspection(Journal journal) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. journal.Attachments.All.Where(record => record.Phase is AttachmentPhase.Added or AttachmentPhase.Joined)
                .OrderBy(record => record.Since).DistinctBy(record => record.ContainerId)
                .SelectMany(
                    record => record.LinkAddresses.Select(address => address.Address).Distinct(),
                    (record, address) => (Record: record, Address: address))
                .GroupBy(owned => (owned.Record.CniNetwork, owned.Address))
                .SelectMany(owners => owners.Skip(1).Select(later => ToFinding(later.Record, later.Address, owners.First().Record))),
        ]);

    private static Finding ToFinding(AttachmentRecord record, string address, AttachmentRecord first) => new(
        FindingKind.SharedAddress,
        $"{record.ContainerId}/{address}",
        record.Text(),
        $"{first.ContainerName ?? $"endpoint {DockerId.Short(first.EndpointId)}"} has {address} as well")
    {
        Remedy = "Only one of them can be reached: stop one, and let the IPAM plugin of the CNI network give each container an " +
            "address of its own (static gives the same to all).",
    };
}
