using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Remembers plugins' answers to VERSION per state of their binaries: within the process, and, given a directory, for other processes too.
/// <code>
/// DIRECTORY/        mode 0700; locked while a process writes (flock(2))
///   versions.json   mode 0600: { PATH: { "binary": the state of the file, "cniVersion", "supportedVersions" }, … }
///   versions.new    a write in progress
/// </code>
/// The file is a memory and never a record: what is damaged, too large or not the owner's alone counts as absent, and what cannot be
/// written is asked for again.
/// </summary>
internal sealed class VersionMemory(string? directory)
{
    private const int MostPlugins = 64;
    private const int LongestAnswer = 2048;
    private const ulong LongestFile = 256 * 1024;

    // A plugin that another thread begins to start has the lock too until it executes its own program (vfork(2)).
    private static readonly TimeSpan CopyPatience = TimeSpan.FromMilliseconds(50);

    private readonly string? _file = directory is null ? null : Path.Combine(directory, "versions.json");

    // By path.
    private readonly ConcurrentDictionary<string, (string Binary, PluginVersions Versions)> _known = new(StringComparer.Ordinal);

    /// <param name="path">The plugin's file.</param>
    /// <param name="binary">Its present state.</param>
    /// <param name="isOwn">Whether this process has asked the plugin itself.</param>
    public PluginVersions? Find(string path, FileVersion binary, out bool isOwn)
    {
        isOwn = _known.TryGetValue(path, out var known) && known.Binary == binary.Text;
        return isOwn ? known.Versions : Entry(Read(), path, binary.Text);
    }

    public void Remember(string path, FileVersion binary, PluginVersions versions)
    {
        _known[path] = (binary.Text, versions);
        if (_file is null)
            return;

        try
        {
            Write(path, binary.Text, versions);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // The next process asks again.
        }
    }

    private void Write(string path, string binary, PluginVersions versions)
    {
        var entry = new JsonObject
        {
            ["binary"] = binary,
            ["cniVersion"] = versions.CniVersion,
            ["supportedVersions"] = new JsonArray([.. versions.Supported.Select(version => JsonValue.Create(version))]),
        };
        if (JsonText.Write(entry).Length + path.Length > LongestAnswer)
            return;

        DurableFile.MakeDirectory(directory!);
        using var held = LibC.Open(directory!);
        if (!SpinWait.SpinUntil(() => LibC.TryLock(held), CopyPatience))
            return; // Another process writes now and would not see this answer; the next one asks again.

        var json = Read() ?? [];
        json.Remove(path);
        while (json.Count >= MostPlugins)
            json.RemoveAt(0); // The oldest.

        json[path] = entry;
        Replace(JsonText.Write(json));
    }

    // Whole or not at all for readers. Not synced: after a power failure plugins are asked again.
    private void Replace(byte[] content)
    {
        var temporary = Path.Combine(directory!, "versions.new");
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, // O_EXCL: follows no symbolic link, open(2).
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, options))
            file.Write(content);

        File.Move(temporary, _file!, overwrite: true);
    }

    private JsonObject? Read()
    {
        if (_file is null || !File.Exists(_file))
            return null;

        try
        {
            using var folder = LibC.Open(directory!);
            using var handle = LibC.OpenFile(_file);
            if (!LibC.TryStat(folder, out var around) || !LibC.TryStat(handle, out var status) || !around.IsOwnersAlone
                || !status.IsOwnersAlone || status.stx_size > LongestFile)
            {
                return null;
            }

            var content = new byte[status.stx_size];
            var length = RandomAccess.Read(handle, content, 0);
            return JsonText.Parse(content.AsSpan(0, length)) as JsonObject;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static PluginVersions? Entry(JsonObject? file, string path, string binary)
    {
        try
        {
            return file?[path] is JsonObject entry && ResultField.Text(entry, "binary") == binary
                && ResultField.Text(entry, "cniVersion") is { } version
                && ResultField.Texts(entry, "supportedVersions") is { Count: > 0 } list
                && list.All(text => SpecVersion.TryParse(text, out _))
                ? new PluginVersions(version, list)
                : null;
        }
        catch (CniException)
        {
            return null;
        }
    }
}
