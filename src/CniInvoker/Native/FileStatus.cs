using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary><c>struct statx</c>, as far as it is read; the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    private const ushort TypeMask = 0xf000;
    private const ushort RegularType = 0x8000;
    private const ushort WritableByAll = 0x2;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(112)]
    public long ModifiedSeconds;

    [FieldOffset(120)]
    public uint ModifiedNanoseconds;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    public readonly bool IsRegular => (Mode & TypeMask) == RegularType;

    /// <summary>Everybody on the machine may write there.</summary>
    public readonly bool IsWritableByAll => (Mode & WritableByAll) != 0;
}
