using System.Buffers;
using System.Text;

namespace CniInvoker;

/// <summary>The rules for names that end up in environment variables and file names. Each answers null, or what is wrong.</summary>
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
            : "may hold only ASCII letters, digits, '_', '.' and '-', and starts with a letter or digit";
    }

    public static string? InterfaceNameProblem(string name) => name switch
    {
        "" => "is empty",
        "." or ".." => "is the name of a directory",
        _ when !IsUnicode(name) => NoUnicode,
        _ when Encoding.UTF8.GetByteCount(name) > LongestInterfaceName =>
            $"is longer than the {LongestInterfaceName} bytes that the kernel takes",
        _ when name.Any(part => part is '/' or ':' || char.IsWhiteSpace(part) || char.IsControl(part)) =>
            "holds a '/', a ':', white space or a control character",
        _ => null,
    };

    /// <summary>A plugin type is looked up as a file name in the plugin directories, and must not lead out of them.</summary>
    public static string? PluginTypeProblem(string type) => type switch
    {
        "" => "is empty",
        "." or ".." => "is the name of a directory",
        _ when type.AsSpan().ContainsAny('/', '\0') => "holds a '/' or a NUL",
        _ => null,
    };

    public static string? NetworkNamespaceProblem(string path) => path switch
    {
        _ when !path.StartsWith('/') => "is not an absolute path",
        _ when !IsUnicode(path) => NoUnicode,
        _ when path.AsSpan().ContainsAny('\n', '\0') => "holds a newline or a NUL",
        _ => null,
    };

    /// <summary>Half of a pair of surrogates cannot be written in UTF-8: what is written instead is somebody else's name.</summary>
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

    /// <summary>Runtimes and plugins keep state in files named NETWORK-CONTAINER-INTERFACE.</summary>
    public static string? TripleProblem(string network, string containerId, string interfaceName) =>
        Encoding.UTF8.GetByteCount($"{network}-{containerId}-{interfaceName}") > LongestFileName
            ? $"network name, container ID and interface name together are longer than a file name may be ({LongestFileName} bytes)"
            : null;
}
