using System.Globalization;
using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>
/// <c>struct statx</c> of statx(2), as far as it is read. Unlike <c>struct stat</c> it is the same on every architecture.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    private const int TypeMask = 0xF000;
    private const int WritableByOthers = 0x2;
    private const int RightsOfOthers = 0x3F;

    [FieldOffset(20)]
    public uint stx_uid;

    [FieldOffset(28)]
    public ushort stx_mode;

    [FieldOffset(32)]
    public ulong stx_ino;

    [FieldOffset(40)]
    public ulong stx_size;

    [FieldOffset(96)]
    public FileTime stx_ctime;

    [FieldOffset(112)]
    public FileTime stx_mtime;

    [FieldOffset(136)]
    public uint stx_dev_major;

    [FieldOffset(140)]
    public uint stx_dev_minor;

    public readonly FileKind Kind => (FileKind)(stx_mode & TypeMask);

    public readonly bool IsRegular => Kind == FileKind.File;

    public readonly bool IsWritableByAll => (stx_mode & WritableByOthers) != 0;

    /// <summary>It belongs to this process's user, and nobody else has a right to it.</summary>
    public readonly bool IsOwnersAlone => stx_uid == LibC.EffectiveUser() && (stx_mode & RightsOfOthers) == 0;

    public readonly FileIdentity Identity => new(stx_dev_major, stx_dev_minor, stx_ino);

    public readonly FileVersion Version => new(Identity, stx_size, stx_mtime, stx_ctime);
}

/// <summary><c>struct statx_timestamp</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal readonly record struct FileTime
{
    public readonly long tv_sec;
    public readonly uint tv_nsec;

    public string Text => string.Create(CultureInfo.InvariantCulture, $"{tv_sec}.{tv_nsec:d9}");
}

/// <summary>Two paths or handles with the same identity are the same file.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    /// <summary>The device as a number (makedev(3)) and the inode, as in <c>$JOURNAL_STREAM</c>: <c>9:31415</c>.</summary>
    public string DeviceAndInode => string.Create(CultureInfo.InvariantCulture, $"{Device}:{Inode}");

    private ulong Device => ((ulong)(DeviceMajor & ~0xFFFu) << 32) | ((DeviceMajor & 0xFFFul) << 8)
        | ((ulong)(DeviceMinor & ~0xFFu) << 12) | (DeviceMinor & 0xFFu);
}

/// <summary>
/// Differs when a file was replaced or written to. The time of change (ctime) tells what keeps the time of modification, as installers do.
/// </summary>
internal readonly record struct FileVersion(FileIdentity File, ulong Size, FileTime Modified, FileTime Changed)
{
    /// <summary>Equal for equal versions.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"{File.DeviceMajor}:{File.DeviceMinor} {File.Inode} {Size} {Modified.Text} {Changed.Text}");
}

/// <summary>The type bits of st_mode, inode(7).</summary>
internal enum FileKind
{
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    File = 0x8000,
    Link = 0xA000,
    Socket = 0xC000,
}

internal static class FileKindText
{
    /// <summary>A noun that "a" can precede.</summary>
    public static string Text(this FileKind kind) => kind switch
    {
        FileKind.Pipe => "named pipe",
        FileKind.CharacterDevice or FileKind.BlockDevice => "device",
        FileKind.Directory => "directory",
        FileKind.File => "file",
        FileKind.Link => "link",
        FileKind.Socket => "socket",
        _ => "thing of an unknown kind",
    };
}
