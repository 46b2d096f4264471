using System.Buffers;
using System.Text;

namespace CniInvoker;

/// <summary>The rules for names in environment variables and file names. Each method returns the problem, or null.</summary>
internal static class Identifier
{
    public const string NoUnicode = "is not valid Unicode";

    private const int LongestFileName = 255;
    private const int LongestInterfaceName = 15;

    /// <summary>Container IDs and network names: a letter or digit, then letters, digits, '_', '.', '-'; ASCII only.</summary>
    public static string? Problem(string identifier)
    {
        if (identifier.Length == 0)
            return "is empty";

        if (identifier.Length > LongestFileName)
            return $"is longer than {LongestFileName} characters";

        return char.IsAsciiLetterOrDigit(identifier[0])
            && identifier.All(part => char.IsAsciiLetterOrDigit(part) || part is '_' or '.' or '-')
            ? null
            : "may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit";
    }

    public static string? InterfaceNameProblem(string name) => name switch
    {
        "" => "is empty",
        "." or ".." => "is the name of a directory",
        _ when !IsUnicode(name) => NoUnicode,
        _ when Encoding.UTF8.GetByteCount(name) > LongestInterfaceName =>
            $"is longer than {LongestInterfaceName} bytes, the kernel's limit",
        _ when name.Any(part => part is '/' or ':' || char.IsWhiteSpace(part) || char.IsControl(part)) =>
            "contains '/', ':', white space or a control character",
        _ => null,
    };

    /// <summary>A plugin type is a file name in the plugin directories; it must not lead out of them.</summary>
    public static string? PluginTypeProblem(string type) => type switch
    {
        "" => "is empty",
        "." or ".." => "is the name of a directory",
        _ when type.AsSpan().ContainsAny('/', '\0') => "contains '/' or NUL",
        _ => null,
    };

    public static string? NetworkNamespaceProblem(string path) => path switch
    {
        _ when !path.StartsWith('/') => "is not an absolute path",
        _ when !IsUnicode(path) => NoUnicode,
        _ when path.AsSpan().ContainsAny('\n', '\0') => "contains a newline or NUL",
        _ => null,
    };

    /// <summary>An unpaired surrogate has no UTF-8 encoding; its replacement would be a different name.</summary>
    public static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done)
                return false;

            text = text[length..];
        }

        return true;
    }

    /// <summary>libcni and plugins keep state in files named NETWORK-CONTAINER-INTERFACE (libcni/api.go getCacheFilePath).</summary>
    public static string? TripleProblem(string network, string containerId, string interfaceName) =>
        Encoding.UTF8.GetByteCount($"{network}-{containerId}-{interfaceName}") > LongestFileName
            ? $"network name, container ID and interface name together exceed the length of a file name ({LongestFileName} bytes)"
            : null;
}
