using System.Text;

namespace CniInvoker;

/// <summary>A plugin's file was there, and the kernel did not run it: why, for people. Nothing of it has run.</summary>
internal sealed class StartException(string path, int error) : IOException(Words(path, error))
{
    private const int ENOENT = 2;
    private const int ENOEXEC = 8;
    private const int LongestFirstLine = 256;

    /// <summary>It is the file's fault, and so it will be the same at the next attempt.</summary>
    public bool IsOfFile => error is ENOENT or ENOEXEC or LibC.EACCES;

    private static string Words(string path, int error) => error switch
    {
        LibC.ETXTBSY => "somebody has it open for writing; is it being installed?",
        ENOENT when FirstLine(path) is ['#', '!', .. var line] => $"its interpreter {line.Trim().Split(' ', '\t')[0]} is not there",
        ENOENT when File.Exists(path) => "the loader that it was linked with is not there; was it built for another system?",
        ENOEXEC when FirstLine(path).Length == 0 => "the file is empty or begins with an empty line; install the plugin again",
        ENOEXEC => "it is neither a program for this machine nor a script that begins with #!; install the plugin again",
        LibC.EACCES => "permission denied; does its file system allow programs, and may its interpreter be run?",
        LibC.EAGAIN => "no further process can be started; see the limits of processes",
        _ => ErrorText.Of(error),
    };

    private static string FirstLine(string path)
    {
        try
        {
            using var file = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK, 0);
            var start = new byte[LongestFirstLine];
            var text = Encoding.UTF8.GetString(start, 0, file.IsInvalid ? 0 : RandomAccess.Read(file, start, 0));
            return text.Split('\n')[0];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return "";
        }
    }
}
