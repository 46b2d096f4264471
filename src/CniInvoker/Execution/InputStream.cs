using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>What a child reads from one pipe, and then the end of the file. A child that does not want to read it all may leave.</summary>
internal sealed unsafe class InputStream(ReadOnlyMemory<byte> text) : IDisposable
{
    private readonly Pipe _pipe = Pipe.ForWriting();
    private int _written;

    public FileDescriptor Theirs => _pipe.Theirs;

    /// <summary>For <c>poll</c>; −1 once everything has been written.</summary>
    public int Number => _pipe.Ours.Number;

    /// <summary>On a thread that blocks SIGPIPE.</summary>
    public void Write()
    {
        while (_written < text.Length)
        {
            nint length;
            fixed (byte* source = text.Span)
            {
                length = LibC.write(_pipe.Ours, source + _written, text.Length - _written);
            }

            if (length < 0)
            {
                if (Marshal.GetLastPInvokeError() is LibC.EAGAIN or LibC.EINTR)
                    return;

                break; // EPIPE: nobody reads any more.
            }

            _written += (int)length;
        }

        Close();
    }

    public void Close() => _pipe.Ours.Dispose();

    public void Dispose() => _pipe.Dispose();
}
