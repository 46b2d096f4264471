namespace CniInvoker;

/// <summary>What tells one content of a file from another without reading it: replaced or written to, it differs.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, ulong Size, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    /// <summary>Null when there is no such file. Symbolic links are followed.</summary>
    public static FileIdentity? Of(string path) =>
        LibC.TryStat(path, out var file)
            ? new FileIdentity(((ulong)file.DeviceMajor << 32) | file.DeviceMinor, file.Inode, file.Size, file.ModifiedSeconds, file.ModifiedNanoseconds)
            : null;
}
