using System.Net;
using Bridge.Adapter.AddressOwners;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Addresses that an IPAM plugin with a store has given to one of ours.</summary>
/// <param name="ContainerId">CNI_CONTAINERID, by which the store knows it.</param>
/// <param name="GateId">Whoever works on it has entered this gate.</param>
/// <param name="What">For people; begins a sentence.</param>
/// <param name="Remedy">What gives it another address.</param>
/// <param name="Network">The network, as the plugin was given it.</param>
/// <param name="Attachment">The attachment, as the plugin was told it.</param>
/// <param name="Store">Where the plugin writes it down.</param>
/// <param name="Cidrs">The addresses, with prefix length.</param>
internal sealed record IpamAllocation(
    string ContainerId,
    string GateId,
    string What,
    string Remedy,
    NetworkConfiguration Network,
    Attachment Attachment,
    HostLocalStore Store,
    IReadOnlyList<string> Cidrs)
{
    public static IPAddress Ip(string cidr) => IPAddress.Parse(cidr.Split('/')[0]);
}
