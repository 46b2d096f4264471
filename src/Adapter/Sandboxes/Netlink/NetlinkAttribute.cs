using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>One attribute of a message of the kernel.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    public ushort Type { get; } = type;

    public ReadOnlySpan<byte> Value { get; } = value;

    public byte Byte => Value[0];

    public int Int32 => MemoryMarshal.Read<int>(Value);

    public uint UInt32 => MemoryMarshal.Read<uint>(Value);

    public string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>An address in textual form; its length tells the family.</summary>
    public string Address => new IPAddress(Value).ToString();

    /// <summary>A link-layer address in textual form.</summary>
    public string LinkLayerAddress => MacAddress.Format(Value);

    public NetlinkAttributes Nested => new(Value);
}
