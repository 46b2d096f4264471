using System.Runtime.InteropServices;
using System.Text;

namespace CniInvoker;

/// <summary>Text of the kernel, of files and of plugins as part of an error text.</summary>
internal static class ErrorText
{
    /// <summary>
    /// The text with one space for each run of line breaks and control characters, and none for those at its ends. An error text is one
    /// line of a terminal or log; foreign text must neither break nor control it.
    /// </summary>
    public static string OneLine(string text)
    {
        if (!text.Any(IsBreak))
            return text;

        var line = new StringBuilder(text.Length);
        foreach (var part in text)
        {
            if (!IsBreak(part))
                line.Append(part);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>The kernel's text for an errno (strerror(3)), in lower case.</summary>
    public static string Of(int error)
    {
        var text = Marshal.GetPInvokeErrorMessage(error);
        return text.Length > 1 && char.IsLower(text[1]) ? $"{char.ToLowerInvariant(text[0])}{text[1..]}" : text;
    }

    /// <summary>The reason of a failed file operation, without the path and without .NET's phrasing.</summary>
    public static string Of(Exception failure) => failure switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file or directory",
        PathTooLongException => "its name is too long",
        KernelException refused => Of((int)refused.Errno),
        IOException { HResult: > 0 } refused => Of(refused.HResult), // .NET stores an errno there when it has no exception for it.
        _ => failure.Message.TrimEnd('.'),
    };

    private static bool IsBreak(char part) => char.IsControl(part) || part is '\u2028' or '\u2029';
}
