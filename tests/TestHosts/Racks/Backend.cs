namespace Bridge.TestHosts.Racks;

/// <summary>How packets get from one node's range to another's: flannel's word, and two of its kinds.</summary>
public enum Backend
{
    /// <summary>A route per node, by way of its address. All nodes are on one link.</summary>
    HostGateway,

    /// <summary>A VXLAN device on each node: packets travel in UDP, 50 bytes larger.</summary>
    Vxlan,
}
