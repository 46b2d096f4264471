using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// A log file of limited size, for hosts without log rotation: when full it replaces FILE.1, and a new one begins. An external rotation
/// moves it away and sends SIGHUP.
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

    /// <param name="path">Created if missing; new lines are appended.</param>
    /// <param name="opened">Called with every file that is opened.</param>
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

    // On failure the open file takes the lines, and the next attempt follows after as many.
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
