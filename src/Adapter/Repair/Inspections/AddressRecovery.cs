using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Takes addresses back that the IPAM plugin has forgotten and nobody else has: through the plugin, never around it, with ADD for just these
/// addresses and under the same container id and interface name, so that the DEL that comes one day releases them.
/// </summary>
internal sealed class AddressRecovery(IpamAllocations allocations, AttachmentGates gates, CniRuntime runtime)
{
    public async Task<RepairResult> RecoverAsync(IpamAllocation seen, IReadOnlyList<string> missing, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(seen.GateId, cancellationToken);
        if (allocations.Again(seen) is not { } allocation || missing.Any(cidr => allocation.Store.Find(IpamAllocation.Ip(cidr)) is not null))
            return RepairResult.Unneeded; // Given up meanwhile, or no longer missing: the next look sees whose it is.

        var network = IpamConfiguration.WithRangesOf(allocation.Network, [.. missing.Select(IpamAllocation.Ip)]);
        var (asked, attachment) = AddressArguments.Exactly(network, allocation.Attachment, missing);
        try
        {
            var result = await runtime.AllocateAsync(asked, attachment, CancellationToken.None);
            return RepairResult.Repaired($"The IPAM plugin has given {string.Join(", ", result.Ips.Select(ip => ip.Address))} to it again.");
        }
        catch (CniException refused)
        {
            return RepairResult.Failed($"The IPAM plugin does not give it back: {refused.Message}");
        }
    }
}
