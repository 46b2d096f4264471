using System.Text.Json;
using Google.Protobuf.Collections;

namespace Bridge.Adapter.Directories;

/// <summary>
/// The directories in containerd's answer to a verbose Status: in <c>config</c> its settings, in <c>cniconfig</c> what it has loaded.
/// CRI-O and cri-dockerd have neither there.
/// </summary>
/// <param name="ConfigurationDirectory">Null: the answer does not name one.</param>
/// <param name="PluginDirectories">Null: the answer does not name any.</param>
internal sealed record CniAnswer(string? ConfigurationDirectory, IReadOnlyList<string>? PluginDirectories)
{
    public static CniAnswer Read(MapField<string, string> info)
    {
        var settings = Read(info, "config", json => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("cni", out var cni)
            ? new CniAnswer(Text(cni, "confDir"), Texts(cni, "binDirs") ?? Texts(cni, "binDir"))
            : null);
        var loaded = Read(info, "cniconfig", json => new CniAnswer(Text(json, "PluginConfDir"), Texts(json, "PluginDirs")));
        return new CniAnswer(
            settings?.ConfigurationDirectory ?? loaded?.ConfigurationDirectory, settings?.PluginDirectories ?? loaded?.PluginDirectories);
    }

    private static CniAnswer? Read(MapField<string, string> info, string key, Func<JsonElement, CniAnswer?> read)
    {
        if (!info.TryGetValue(key, out var text))
            return null;

        try
        {
            using var json = JsonDocument.Parse(text);
            return read(json.RootElement);
        }
        catch (JsonException)
        {
            return null; // Another runtime's answer, in a form of its own.
        }
    }

    private static string? Text(JsonElement json, string key) => Texts(json, key) is [var only, ..] ? only : null;

    private static string[]? Texts(JsonElement json, string key)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(key, out var value))
            return null;

        string[] texts = value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String)
                .Select(item => item.GetString()!)],
            _ => [],
        };
        texts = [.. texts.Where(text => text.StartsWith('/')).Select(Path.TrimEndingDirectorySeparator)];
        return texts.Length > 0 ? texts : null;
    }
}
