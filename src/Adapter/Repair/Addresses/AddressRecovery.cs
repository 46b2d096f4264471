using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Addresses;

/// <summary>
/// Takes addresses back that the IPAM plugin has forgotten and nobody else has: through the plugin, never around it, with ADD for just these
/// addresses and under the same container id and interface name, so that the DEL that comes one day releases them.
/// </summary>
internal sealed class AddressRecovery(AddressHoldings holdings, AttachmentGates gates, CniRuntime runtime)
{
    public async Task<Mending> RecoverAsync(Holding seen, IReadOnlyList<string> missing, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(seen.GateId, cancellationToken);
        if (holdings.Again(seen) is not { } holding || missing.Any(cidr => holding.Store.Find(Holding.Ip(cidr)) is not null))
            return Mending.Unneeded; // Given up meanwhile, or no longer missing: the next look sees whose it is.

        var network = IpamConfiguration.WithRangesOf(holding.Network, [.. missing.Select(Holding.Ip)]);
        var (asked, attachment) = IpamWishes.Exactly(network, holding.Attachment, missing);
        try
        {
            var result = await runtime.AllocateAsync(asked, attachment, CancellationToken.None);
            return Mending.Mended($"The IPAM plugin has given {string.Join(", ", result.Ips.Select(ip => ip.Address))} to it again.");
        }
        catch (CniException refused)
        {
            return Mending.Failed($"The IPAM plugin does not give it back: {refused.Message}");
        }
    }
}
