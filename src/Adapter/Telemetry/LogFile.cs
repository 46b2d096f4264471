using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// The log as a file that does not grow without end, on hosts where nobody else sees to it: when it is full it becomes FILE.1, in place of
/// the one before, and begins anew. Who rotates it otherwise moves it away, and says so with SIGHUP.
/// </summary>
internal sealed class LogFile
{
    /// <summary>Some hundred thousand lines; with FILE.1 it is twice that.</summary>
    public const long Limit = 16 << 20;

    private readonly string _path;
    private readonly long _limit;
    private readonly Action<SafeFileHandle> _opened;

    // Of the thread that writes.
    private SafeFileHandle _file;
    private long _length;

    private volatile bool _isStale;

    /// <param name="path">Is made where it is missing; what is in it stays.</param>
    /// <param name="opened">Told of every file that is written to from then on.</param>
    /// <param name="limit">In bytes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public LogFile(string path, Action<SafeFileHandle> opened, long limit = Limit)
    {
        (_path, _limit, _opened) = (path, limit, opened);
        (_file, _length) = Open();
    }

    /// <summary>Reopens the path with the next line: the open file has been moved away.</summary>
    public void Reopen() => _isStale = true;

    /// <summary>For one thread.</summary>
    /// <returns>Whether the line was written.</returns>
    public bool TryWrite(ReadOnlySpan<byte> line)
    {
        if (_isStale || (_length > 0 && _length + line.Length > _limit))
            Renew();

        _length += line.Length;
        return LibC.TryWriteAll(_file, line);
    }

    // Where that is refused the open file takes the lines, and it is tried again after as many.
    private void Renew()
    {
        try
        {
            if (!_isStale)
            {
                _length = 0;
                File.Move(_path, $"{_path}.1", overwrite: true);
            }

            _isStale = false;
            var full = _file;
            (_file, _length) = Open();
            full.Dispose();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
        }
    }

    private (SafeFileHandle File, long Length) Open()
    {
        var file = LibC.OpenToAppend(_path);
        _opened(file);
        return (file, LibC.Size(file));
    }
}
