using System.Text.Json;
using CniInvoker;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>An interface of a CNI result.</summary>
/// <param name="IsOnHost">It has no sandbox.</param>
internal sealed record ResultInterface(string Name, string? Mac, bool IsOnHost)
{
    /// <returns>Empty where the result has none, or is not understood.</returns>
    public static IReadOnlyList<ResultInterface> Of(JsonElement? result)
    {
        if (result is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("interfaces", out var list)
            || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return
        [
            .. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object && Text(item, "name") is not null)
                .Select(item => new ResultInterface(
                    Text(item, "name")!, Text(item, "mac") is { Length: > 0 } mac ? mac : null,
                    string.IsNullOrEmpty(Text(item, "sandbox")))),
        ];
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <param name="Ifname">CNI_IFNAME.</param>
/// <param name="Interfaces">Those of the result.</param>
/// <param name="Path">The file.</param>
internal sealed record CachedResult(string Ifname, IReadOnlyList<ResultInterface> Interfaces, string Path)
{
    /// <summary>The interface in the pod.</summary>
    public string? Mac => Interfaces.FirstOrDefault(made => !made.IsOnHost && made.Name == Ifname)?.Mac
        ?? Interfaces.FirstOrDefault(made => !made.IsOnHost)?.Mac;
}

/// <summary>
/// The results that libcni keeps for containerd and CRI-O: RESULTS/NETWORK-CONTAINERID-IFNAME. Only read. A file is parsed once, and again
/// when it has changed. Not for two threads at once.
/// </summary>
internal sealed class CachedResults(string directory)
{
    /// <summary>libcni's own.</summary>
    public const string DefaultDirectory = "/var/lib/cni/results";

    private const long Longest = 1 << 20;

    private Dictionary<string, (DateTime Changed, CachedResult? Result)> _known = new(StringComparer.Ordinal);
    private Dictionary<string, CachedResult> _byOwner = new(StringComparer.Ordinal);

    /// <summary>The result of an attachment; null where the directory has none that can be read.</summary>
    public CachedResult? Find(string network, string containerId) => _byOwner.GetValueOrDefault($"{network}-{containerId}");

    /// <summary>Looks for new, changed and removed files.</summary>
    public void Refresh()
    {
        var known = new Dictionary<string, (DateTime, CachedResult?)>(StringComparer.Ordinal);
        var byOwner = new Dictionary<string, CachedResult>(StringComparer.Ordinal);
        foreach (var file in Files())
        {
            var entry = _known.TryGetValue(file.Name, out var before) && before.Changed == file.LastWriteTimeUtc
                ? before
                : (file.LastWriteTimeUtc, Read(file));
            known[file.Name] = entry;
            if (entry.Item2 is { } result && file.Name.EndsWith($"-{result.Ifname}", StringComparison.Ordinal))
                byOwner.TryAdd(file.Name[..^(result.Ifname.Length + 1)], result);
        }

        (_known, _byOwner) = (known, byOwner);
    }

    private FileInfo[] Files()
    {
        try
        {
            return new DirectoryInfo(directory).GetFiles();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return []; // Another runtime's directory: what it would tell is left out.
        }
    }

    private static CachedResult? Read(FileInfo file)
    {
        try
        {
            if (!LibC.TryStat(file.FullName, out var status) || status is not { IsRegular: true, stx_size: <= Longest })
                return null;

            using var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("ifName", out var ifname)
                && ifname.ValueKind == JsonValueKind.String && root.TryGetProperty("result", out var result)
                    ? new CachedResult(ifname.GetString()!, ResultInterface.Of(result), file.FullName)
                    : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // It is being written, or is not ours to understand.
        }
    }
}
