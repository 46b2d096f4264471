using CniInvoker;

namespace Bridge.Adapter;

/// <summary>
/// Why something failed, for people. What .NET says of files it says for programmers ("Access to the path '…' is denied.", after the name of the exception's type);
/// the kernel's words behind the path say the same to everybody. Whatever else has failed has our own words already.
/// </summary>
internal static class FileWords
{
    public static string Of(Exception failure)
    {
        var isOfNet = failure is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException or PathTooLongException or { HResult: > 0 };
        return isOfNet && failure is IOException or UnauthorizedAccessException
            ? PathIn(failure.Message) is { } path ? $"{path}: {ErrorText.Of(failure)}" : ErrorText.Of(failure)
            : failure.Message;
    }

    // The exceptions themselves do not tell it, or some do not.
    private static string? PathIn(string message)
    {
        var (first, last) = (message.IndexOf('\''), message.LastIndexOf('\''));
        return first >= 0 && last > first + 1 ? message[(first + 1)..last] : null;
    }
}
