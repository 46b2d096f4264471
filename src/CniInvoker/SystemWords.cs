using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>Why the kernel refused something, as every other program says it: without .NET's sentences around it, and without the path.</summary>
internal static class SystemWords
{
    public static string Of(int error)
    {
        var words = Marshal.GetPInvokeErrorMessage(error);
        return words.Length > 1 && char.IsLower(words[1]) ? $"{char.ToLowerInvariant(words[0])}{words[1..]}" : words;
    }

    public static string Of(Exception failure) => failure switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file or directory",
        PathTooLongException => "its name is too long",
        IOException { HResult: > 0 } refused => Of(refused.HResult), // .NET keeps the kernel's number there, where it knows no name for it.
        _ => failure.Message.TrimEnd('.'),
    };
}
