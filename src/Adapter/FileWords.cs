using CniInvoker;

namespace Bridge.Adapter;

/// <summary>
/// Error texts for failures of files. .NET's are for programmers ("Access to the path '…' is denied."); these are the path and the kernel's
/// error text. Other exceptions keep their message, which is cnm-cni's own.
/// </summary>
internal static class FileWords
{
    public static string Of(Exception failure)
    {
        var isOfNet = failure is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException or PathTooLongException
            or { HResult: > 0 };
        return isOfNet && failure is IOException or UnauthorizedAccessException
            ? PathIn(failure.Message) is { } path ? $"{path}: {ErrorText.Of(failure)}" : ErrorText.Of(failure)
            : failure.Message;
    }

    // Only some of the exceptions have the path as a property.
    private static string? PathIn(string message)
    {
        var (first, last) = (message.IndexOf('\''), message.LastIndexOf('\''));
        return first >= 0 && last > first + 1 ? message[(first + 1)..last] : null;
    }
}
