using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace Bridge.Adapter.Ui.Server;

/// <summary>A file of the page.</summary>
/// <param name="Resource">Its name in the program.</param>
/// <param name="Tag">Changes with its content (ETag).</param>
internal sealed record PageFile(string Resource, string ContentType, string Tag)
{
    public Stream Open() => PageFiles.Open(Resource);
}

/// <summary>The page: whatever is below src/Adapter/Ui/Page, which is part of the program.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "ui/";
    private const string Start = "index.html";

    private readonly FrozenDictionary<string, PageFile> _files = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(
            name => $"/{name[Prefix.Length..]}", name => new PageFile(name, TypeOf(name), TagOf(name)), StringComparer.Ordinal);

    /// <returns>Null: there is none.</returns>
    public PageFile? Find(string path) => _files.GetValueOrDefault(path == "/" ? $"/{Start}" : path);

    internal static Stream Open(string resource) => Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".json" or ".map" => "application/json",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".ico" => "image/x-icon",
        ".woff2" => "font/woff2",
        ".txt" or ".md" or ".LICENSE" or "" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    // FNV-1a of 64 bits: only to tell one build's file from another's.
    private static string TagOf(string resource)
    {
        const ulong Prime = 0x100000001b3;
        using var stream = Open(resource);
        var hash = 0xcbf29ce484222325;
        for (var next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
            hash = unchecked((hash ^ (byte)next) * Prime);

        return string.Create(CultureInfo.InvariantCulture, $"\"{hash:x16}\"");
    }
}
