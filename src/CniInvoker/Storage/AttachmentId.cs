namespace CniInvoker;

/// <summary>What tells one attachment from all others (SPEC §3 "Lifecycle &amp; Ordering").</summary>
/// <param name="NetworkName">The CNI network's name.</param>
/// <param name="ContainerId">CNI_CONTAINERID.</param>
/// <param name="InterfaceName">CNI_IFNAME.</param>
public readonly record struct AttachmentId(string NetworkName, string ContainerId, string InterfaceName)
{
    /// <summary>For messages: <c>eth0 of container c1 on network "pods"</c>.</summary>
    public override string ToString() => $"{InterfaceName} of container {ContainerId} on network \"{NetworkName}\"";
}
