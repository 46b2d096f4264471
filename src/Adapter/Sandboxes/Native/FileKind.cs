namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>What stands at a path: the type bits of st_mode, inode(7).</summary>
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
    /// <summary>With "a" before it.</summary>
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
