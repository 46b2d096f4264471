using System.Net;

namespace Bridge.Adapter.Neighbours;

/// <summary>An address that an IPAM plugin has given away.</summary>
/// <param name="Address">The address.</param>
/// <param name="OwnerId">The CNI container id that has it; null when the store does not say.</param>
/// <param name="InterfaceName">CNI_IFNAME, where the store says it.</param>
internal sealed record StoredAddress(IPAddress Address, string? OwnerId, string? InterfaceName);
