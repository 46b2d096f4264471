namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The properties of an address that somebody chose (IFA_F_…); those that the kernel reports about its state are not among them.
/// </summary>
[Flags]
internal enum AddressFlags
{
    None = 0,
    NoDad = 0x02,
    HomeAddress = 0x10,

    /// <summary>Nobody's source address unless it asks for it: it was added with the preferred lifetime 0.</summary>
    Deprecated = 0x20,
    ManageTemporary = 0x100,
    NoPrefixRoute = 0x200,
    MulticastAutoJoin = 0x400,
}
