using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>
/// A file of configuration, as it is read: a regular one of a size that people write. Nothing else in the directory can make a reader wait, such as a
/// pipe that nobody writes to.
/// </summary>
internal static class ConfigurationFile
{
    private const int Longest = 4 * 1024 * 1024;
    private const int ENOENT = 2;
    private const int ELOOP = 40;

    /// <exception cref="CniConfigurationException">It cannot be read, and why.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        // Looked at first, because opening a device may set it in motion; and again when it is open, because it may be another file by then.
        Require(path, LibC.TryStat(path, out var status) ? null : Marshal.GetLastPInvokeError(), status);
        using var file = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK, 0);
        var error = Marshal.GetLastPInvokeError();
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

    private static void Require(string path, int? error, FileStatus status)
    {
        if (error is { } number)
            throw Unreadable(path, Words(path, number));

        if (!status.IsRegular)
            throw Unreadable(path, "it is no regular file, but a pipe, a socket, a device or a directory. Remove it");

        if (status.Size > Longest)
            throw TooLong(path);
    }

    private static string Words(string path, int error) => error switch
    {
        ENOENT when new FileInfo(path).LinkTarget is { } target => $"it is a link to {target}, where there is nothing",
        ELOOP => "it is a link that leads back to itself",
        LibC.EACCES when !Environment.IsPrivilegedProcess => "permission denied. Try it as root",
        _ => ErrorText.Of(error),
    };

    private static CniConfigurationException TooLong(string path) => Unreadable(path, $"it is larger than {Longest >> 20} MiB, which no configuration is");

    private static CniConfigurationException Unreadable(string path, string reason, Exception? cause = null) =>
        new(path, $"the file cannot be read: {reason}", innerException: cause);
}
