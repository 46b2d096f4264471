using System.Net;
using Bridge.Adapter.Neighbours;
using Bridge.Adapter.Repair.Addresses;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Addresses: journal × the store of the IPAM plugin, where that can be read. What is in the store under an id of ours without a record is
/// left alone: it cannot be told from what another runtime has.
/// </summary>
internal sealed class StoreInspection(AddressHoldings holdings, AddressRecovery recovery, AddressStores stores, AddressHolders holders) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(Look look, CancellationToken cancellationToken)
    {
        if (!look.IsThorough)
            return null;

        var findings = new List<Finding>();
        foreach (var store in holdings.All.GroupBy(holding => holding.Store.Path).ToArray())
        {
            if (await stores.ReadAsync(store.First().Store, cancellationToken) is not { } stored)
                continue; // A store that does not answer is no empty one.

            // After the store: what was given up meanwhile is not missing.
            var owners = stored.ToDictionary(address => address.Address);
            foreach (var holding in store.Select(holdings.Again).OfType<Holding>())
                findings.AddRange(await CompareAsync(holding, owners, cancellationToken));
        }

        return findings;
    }

    private async Task<IReadOnlyList<Finding>> CompareAsync(Holding holding, Dictionary<IPAddress, StoredAddress> owners, CancellationToken cancellationToken)
    {
        var missing = holding.Cidrs.Where(cidr => !owners.ContainsKey(Holding.Ip(cidr))).ToArray();
        var found = missing.Length == 0 ? new List<Finding>() : [Stolen(holding, missing)];
        foreach (var address in holding.Cidrs.Except(missing).Select(Holding.Ip).Where(address => owners[address].OwnerId != holding.ContainerId))
        {
            var holder = await holders.DescribeAsync(holding.Network.Name, address, holding.ContainerId, cancellationToken) ?? "somebody else";
            found.Add(new Finding(FindingKind.ContestedAddress, $"{holding.ContainerId}/{address}", holding.What, $"the IPAM plugin has given {address} to {holder} as well")
            {
                Remedy = holding.Remedy,
            });
        }

        return found;
    }

    private Finding Stolen(Holding holding, string[] missing) => new(
        FindingKind.StolenAddress,
        holding.ContainerId,
        holding.What,
        $"the IPAM plugin has {string.Join(", ", missing.Select(Holding.Ip))} no longer written down in {holding.Store.Path}")
    {
        Mend = token => recovery.RecoverAsync(holding, missing, token),
    };
}
