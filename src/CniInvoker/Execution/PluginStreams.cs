using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CniInvoker;

/// <summary>A child's stdin: a text, then the end of the file. The child may exit without reading it all.</summary>
internal sealed unsafe class InputStream(ReadOnlyMemory<byte> text) : IDisposable
{
    private readonly Pipe _pipe = Pipe.ForWriting();
    private int _written;

    public FileDescriptor Theirs => _pipe.Theirs;

    /// <summary>For <c>poll</c>; −1 once everything is written.</summary>
    public int Number => _pipe.Ours.Number;

    /// <summary>Writes without blocking. The thread must block SIGPIPE.</summary>
    public void Write()
    {
        while (_written < text.Length)
        {
            nint length;
            fixed (byte* source = text.Span)
                length = LibC.write(_pipe.Ours, source + _written, text.Length - _written);

            if (length < 0 && LibC.LastError is Errno.EAGAIN or Errno.EINTR)
                return;

            if (length < 0)
                break; // EPIPE: the child has closed its stdin.

            _written += (int)length;
        }

        Close();
    }

    public void Close() => _pipe.Ours.Dispose();

    public void Dispose() => _pipe.Dispose();
}

/// <summary>A child's stdout or stderr, up to a limit.</summary>
internal sealed unsafe class OutputStream(int maximumBytes) : IDisposable
{
    private const int ChunkBytes = 4 * 1024;

    private readonly Pipe _pipe = Pipe.ForReading();
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public FileDescriptor Theirs => _pipe.Theirs;

    /// <summary>For <c>poll</c>; −1 once everything is read.</summary>
    public int Number => _pipe.Ours.Number;

    public bool IsAtEnd => _pipe.Ours.IsClosed;

    /// <summary>The child wrote more than the limit; the rest is not read.</summary>
    public bool IsOverfull { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Read()
    {
        while (!IsAtEnd)
        {
            var chunk = _buffer.GetSpan(ChunkBytes);
            nint length;
            fixed (byte* target = chunk)
                length = LibC.read(_pipe.Ours, target, chunk.Length);

            if (length > 0)
            {
                _buffer.Advance((int)length);
                IsOverfull = _buffer.WrittenCount > maximumBytes;
            }

            if (length < 0 && LibC.LastError is Errno.EAGAIN or Errno.EINTR)
                return;

            if (length <= 0 || IsOverfull)
                _pipe.Ours.Dispose();
        }
    }

    public void Dispose() => _pipe.Dispose();
}

/// <summary>Whether a growing text contains a complete JSON value. Examines every byte once.</summary>
internal sealed class JsonProgress
{
    private JsonReaderState _state = new(JsonText.ReaderOptions);
    private int _examined;

    /// <summary>The value is complete, or the text is not JSON.</summary>
    public bool IsOver { get; private set; }

    public void Examine(ReadOnlySpan<byte> written)
    {
        if (IsOver)
            return;

        _examined = _examined == 0 && written.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : _examined;
        var reader = new Utf8JsonReader(written[_examined..], isFinalBlock: false, _state);
        try
        {
            while (!IsOver && reader.Read())
                IsOver = reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
        }
        catch (JsonException)
        {
            IsOver = true;
            return;
        }

        _examined += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }
}
