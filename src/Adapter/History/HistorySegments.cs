using System.Globalization;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.History;

/// <summary>
/// The ring on the disk, for one thread:
/// <code>
/// STATE/history/             mode 0700
///   0000000001.jsonl         mode 0600, one event per line; the oldest file is removed when all together are too large
/// </code>
/// No line is synced: a power cut may take the last seconds, and leave half a line, which readers ignore. It is no journal.
/// </summary>
/// <param name="directory">Created where it is missing.</param>
/// <param name="size">Bytes of all files together; at most a quarter of the file system.</param>
internal sealed class HistorySegments(string directory, long size) : IDisposable
{
    public const string Extension = ".jsonl";

    /// <summary>As many files as make the ring; what is removed at a time is one of them.</summary>
    private const int Count = 8;

    // The journal has the same disk, and no container starts when it is full.
    private const int LargestShare = 4;
    private const long LeastFree = 1 << 20;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private SafeFileHandle? _file;
    private long _number;
    private long _length;
    private long _limit;

    // The file may end within a line.
    private bool _isTorn;

    /// <summary>The end of what is written. Where no file can be opened, nothing is written: behind everything.</summary>
    public HistoryPosition Position
    {
        get
        {
            try
            {
                if (_file is null)
                    Open();

                return new(_number, _length);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                return new(long.MaxValue, long.MaxValue);
            }
        }
    }

    /// <summary>The files of a directory, oldest first; none where there is no such directory.</summary>
    public static IReadOnlyList<(long Number, string Path)> In(string directory)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory, "*" + Extension).Select(path => (NumberOf(path), path))
                    .Where(file => file.Item1 > 0).OrderBy(file => file.Item1),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Removes what an earlier daemon has kept, as far as that is possible.</summary>
    public static void Remove(string directory)
    {
        try
        {
            foreach (var (_, path) in In(directory))
                File.Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Nothing depends on it. The next start tries again.
        }
    }

    /// <returns>Whether all of it is written, in one file.</returns>
    /// <param name="lines">Whole lines.</param>
    public bool TryAppend(ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_file is null || LibC.KindOf(PathOf(_number)) is null)
                Open();

            if (new DriveInfo(directory).AvailableFreeSpace < LeastFree)
                return false;

            if (_length > 0 && _length + lines.Length > _limit / Count)
                Next();

            MakeRoom(lines.Length);
            return TryWrite(lines);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Close();
            return false;
        }
    }

    public void Dispose() => Close();

    private static long NumberOf(string path) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private string PathOf(long number) =>
        Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + Extension);

    private bool TryWrite(ReadOnlySpan<byte> lines)
    {
        if (_isTorn && !LibC.TryWriteAll(_file!, "\n"u8))
            return false;

        _length += _isTorn ? 1 : 0;
        _isTorn = true;
        if (!LibC.TryWriteAll(_file!, lines))
        {
            Close(); // A part of it may be there: the next attempt looks how much.
            return false;
        }

        _isTorn = false;
        _length += lines.Length;
        return true;
    }

    // Continues the newest file, whose last line a crash may have cut off.
    private void Open()
    {
        Close();
        Directory.CreateDirectory(directory, OwnerOnly);
        _limit = Math.Min(size, new DriveInfo(directory).TotalSize / LargestShare);
        _number = Math.Max(1, In(directory) is [.., var newest] ? newest.Number : 1);
        _file = LibC.OpenToAppend(PathOf(_number));
        _length = LibC.Size(_file);
        _isTorn = _length > 0;
    }

    private void Next()
    {
        Close();
        _file = LibC.OpenToAppend(PathOf(++_number));
        (_length, _isTorn) = (LibC.Size(_file), false);
    }

    // The sizes are asked for only when a file begins; in between only the newest one grows, up to its share.
    private void MakeRoom(int length)
    {
        if (_length > 0 && !_isTorn)
            return;

        var others = In(directory).Where(file => file.Number != _number)
            .Select(file => (file.Path, new FileInfo(file.Path).Length)).ToList();
        var share = Math.Max(_limit / Count, _length + length + 1);
        while (others.Count > 0 && others.Sum(file => file.Length) + share > _limit)
        {
            File.Delete(others[0].Path);
            others.RemoveAt(0);
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
