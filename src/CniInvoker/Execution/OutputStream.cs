using System.Buffers;
using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>What a child writes into one pipe, up to a limit.</summary>
internal sealed unsafe class OutputStream(int maximumBytes) : IDisposable
{
    private const int ChunkBytes = 4 * 1024;

    private readonly Pipe _pipe = Pipe.ForReading();
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public FileDescriptor Theirs => _pipe.Theirs;

    /// <summary>For <c>poll</c>; −1 once everything has been read.</summary>
    public int Number => _pipe.Ours.Number;

    public bool IsAtEnd => _pipe.Ours.IsClosed;

    /// <summary>More was written than may be; the rest is not read.</summary>
    public bool IsOverfull { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Read()
    {
        while (!IsAtEnd)
        {
            var chunk = _buffer.GetSpan(ChunkBytes);
            nint length;
            fixed (byte* target = chunk)
            {
                length = LibC.read(_pipe.Ours, target, chunk.Length);
            }

            if (length > 0)
            {
                _buffer.Advance((int)length);
                IsOverfull = _buffer.WrittenCount > maximumBytes;
            }

            if (length < 0 && Marshal.GetLastPInvokeError() is LibC.EAGAIN or LibC.EINTR)
                return;

            if (length <= 0 || IsOverfull)
                _pipe.Ours.Dispose();
        }
    }

    public void Dispose() => _pipe.Dispose();
}
