using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>
/// Reads a configuration file: a regular file of bounded size. Any other entry is refused, because opening or reading it may block, as a
/// pipe without a writer does (fifo(7)).
/// </summary>
internal static class ConfigurationFile
{
    private const int Longest = 4 * 1024 * 1024;

    /// <exception cref="CniConfigurationException">The file cannot be read.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        // Checked before opening, because opening a device may start it; and again after, because the path may name another file by then.
        Require(path, LibC.TryStat(path, out var status) ? null : LibC.LastError, status);
        using var file = LibC.OpenOrInvalid(path);
        var error = LibC.LastError;
        Require(path, !file.IsInvalid && LibC.TryStat(file, out status) ? null : error, status);
        try
        {
            return ReadAll(path, file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, ErrorText.Of(unreadable), unreadable);
        }
    }

    /// <summary>
    /// The warning for a file or directory that every user may write to, though it decides what root runs; otherwise null.
    /// </summary>
    public static ConfigurationProblem? WritableWarning(string path) => LibC.TryStat(path, out var status) && status.IsWritableByAll
        ? new ConfigurationProblem(path, $"every user may write to it and so decide what root runs; run chmod o-w {path}")
        : null;

    private static ReadOnlyMemory<byte> ReadAll(string path, SafeFileHandle file)
    {
        var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = RandomAccess.Read(file, buffer, content.Length)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > Longest)
                throw TooLong(path);
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static void Require(string path, Errno? error, FileStatus status)
    {
        if (error is { } number)
            throw Unreadable(path, Reason(path, number));

        if (!status.IsRegular)
            throw Unreadable(path, "it is a pipe, a socket, a device or a directory; remove it");

        if (status.stx_size > Longest)
            throw TooLong(path);
    }

    private static string Reason(string path, Errno error) => error switch
    {
        Errno.ENOENT when new FileInfo(path).LinkTarget is { } target => $"it is a link to {target}, which does not exist",
        Errno.ELOOP => "it is a link that leads back to itself",
        Errno.EACCES when !Environment.IsPrivilegedProcess => "permission denied; run as root",
        _ => ErrorText.Of((int)error),
    };

    private static CniConfigurationException TooLong(string path) => Unreadable(path, $"it is larger than {Longest >> 20} MiB");

    private static CniConfigurationException Unreadable(string path, string reason, Exception? cause = null) =>
        new(path, $"the file cannot be read: {reason}", innerException: cause);
}
