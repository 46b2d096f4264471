using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>
/// The numbered entries of a directory of proc(5), by getdents64(2). Allocates nothing per entry: a host may have thousands of processes.
/// </summary>
internal ref partial struct ProcessDirectory(SafeFileHandle directory, Span<byte> buffer)
{
    // struct linux_dirent64 of getdents64(2): inode and offset, then the length of the entry, its type, and its name.
    private const int LengthOffset = 16;
    private const int NameOffset = 19;

    private readonly SafeFileHandle _directory = directory;
    private readonly Span<byte> _buffer = buffer;
    private int _length;
    private int _next;

    /// <summary>The name of the entry that <see cref="MoveNext"/> has found: digits, without the zero byte at its end.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <exception cref="KernelException">The directory cannot be read, ENOENT when its process has ended.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            if (_next == _length)
            {
                _next = 0;
                _length = (int)getdents64(_directory, _buffer, (nuint)_buffer.Length);
                if (_length < 0)
                    throw LibC.Failure("list processes");

                if (_length == 0)
                    return false;
            }

            var entry = _buffer[_next.._length];
            var size = BinaryPrimitives.ReadUInt16LittleEndian(entry[LengthOffset..]);
            _next += size;
            var name = entry[NameOffset..size];
            Name = name[..name.IndexOf((byte)0)];
            if (Name is [>= (byte)'0' and <= (byte)'9', ..])
                return true;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint getdents64(SafeFileHandle fd, Span<byte> dirp, nuint count);
}
