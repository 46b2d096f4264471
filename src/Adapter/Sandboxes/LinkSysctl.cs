namespace Bridge.Adapter.Sandboxes;

/// <summary>A setting that the kernel keeps for each link.</summary>
/// <param name="Key">Its path below /proc/sys/net, with <see cref="IfName"/> in the place of the link's name.</param>
/// <param name="Value">As the kernel shows it.</param>
internal sealed record LinkSysctl(string Key, string Value)
{
    public const string IfName = "IFNAME";

    /// <summary>Whether the link speaks IPv6 is Docker's decision: it switches it off where it has no IPv6 address for the link.</summary>
    public bool IsDockers => Key is $"ipv6/conf/{IfName}/disable_ipv6";
}
