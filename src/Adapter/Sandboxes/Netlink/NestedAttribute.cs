namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>An attribute that holds attributes: its length is written when the scope ends.</summary>
internal readonly ref struct NestedAttribute(NetlinkMessage message, int start) : IDisposable
{
    public void Dispose() => message.EndNest(start);
}
