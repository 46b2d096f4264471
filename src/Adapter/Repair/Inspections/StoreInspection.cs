using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Addresses: journal × the store of the IPAM plugin, where that can be read. What is in the store under an id of ours without a record is
/// left alone: it cannot be told from what another runtime has.
/// </summary>
internal sealed class StoreInspection(IpamAllocations allocations, AddressRecovery recovery, AddressStores stores, OwnerLookup holders) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return null;

        var findings = new List<Finding>();
        foreach (var store in allocations.All.GroupBy(allocation => allocation.Store.Path).ToArray())
        {
            if (await stores.ReadAsync(store.First().Store, cancellationToken) is not { } stored)
                continue; // A store that does not answer is no empty one.

            // After the store: what was given up meanwhile is not missing.
            var owners = stored.ToDictionary(address => address.Address);
            foreach (var allocation in store.Select(allocations.Again).OfType<IpamAllocation>())
                findings.AddRange(await CompareAsync(allocation, owners, cancellationToken));
        }

        return findings;
    }

    private async Task<IReadOnlyList<Finding>> CompareAsync(IpamAllocation allocation, Dictionary<IPAddress, StoredAddress> owners, CancellationToken cancellationToken)
    {
        var missing = allocation.Cidrs.Where(cidr => !owners.ContainsKey(IpamAllocation.Ip(cidr))).ToArray();
        var found = missing.Length == 0 ? new List<Finding>() : [Stolen(allocation, missing)];
        foreach (var address in allocation.Cidrs.Except(missing).Select(IpamAllocation.Ip).Where(address => owners[address].OwnerId != allocation.ContainerId))
        {
            var holder = await holders.DescribeAsync(allocation.Network.Name, address, allocation.ContainerId, cancellationToken) ?? "somebody else";
            found.Add(new Finding(FindingKind.ContestedAddress, $"{allocation.ContainerId}/{address}", allocation.What, $"the IPAM plugin has given {address} to {holder} as well")
            {
                Remedy = allocation.Remedy,
            });
        }

        return found;
    }

    private Finding Stolen(IpamAllocation allocation, string[] missing) => new(
        FindingKind.StolenAddress,
        allocation.ContainerId,
        allocation.What,
        $"the IPAM plugin has {string.Join(", ", missing.Select(IpamAllocation.Ip))} no longer written down in {allocation.Store.Path}")
    {
        Repair = token => recovery.RecoverAsync(allocation, missing, token),
    };
}
