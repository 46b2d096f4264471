using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>
/// One directory of records:
/// <code>
/// PATH/                 mode 0700
///   ID.json             mode 0600, one record; replaced whole, never edited
///   ID.json.new         a write in progress; discarded at the next start
///   ID.json.unreadable  set aside at start: no record, or a damaged one
/// </code>
/// </summary>
/// <param name="path">Created where it is missing.</param>
internal sealed class RecordFolder(string path)
{
    /// <summary>The extension of a record.</summary>
    public const string Extension = ".json";

    /// <summary>What is added to the name of a file that is set aside.</summary>
    public const string SetAside = ".unreadable";

    public string DirectoryPath => path;

    public string PathOf(string id) => Path.Combine(path, id + Extension);

    /// <summary>Something has the name of the record.</summary>
    public bool Has(string id) => LibC.KindOf(PathOf(id)) is not null;

    /// <summary>The entries with this ending, in order.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public string[] Entries(string ending) =>
        [.. Directory.EnumerateFileSystemEntries(path)
            .Where(entry => entry.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <exception cref="IOException">The directory cannot be created, or something else has its name.</exception>
    public void Make()
    {
        if (LibC.KindOf(path) is { } kind and not FileKind.Directory)
        {
            var target = kind == FileKind.Link ? $" to {new DirectoryInfo(path).LinkTarget}" : "";
            throw new IOException($"{path} is a {kind.Text()}{target}, where a directory is expected. Remove it; its target is " +
                "not touched.");
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Replaces a record. A crash of the process leaves the old or the new one, whole.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="content">Its whole new content.</param>
    /// <param name="syncs">The content is on the disk when it returns; the name is once <see cref="Sync"/> has returned too.</param>
    /// <exception cref="IOException">It could not be written; nothing has changed.</exception>
    public void Put(string id, byte[] content, bool syncs)
    {
        try
        {
            RecordFile.Write(PathOf(id), content, syncs);
        }
        catch (DirectoryNotFoundException)
        {
            Make(); // The whole directory was removed; repair reports it and writes the other records again.
            RecordFile.Write(PathOf(id), content, syncs);
        }
    }

    public void Sync() => RecordFile.SyncDirectory(path);

    /// <summary>Succeeds where there is no such record. Not durable at once.</summary>
    /// <exception cref="IOException">It could not be removed.</exception>
    public void Remove(string id)
    {
        try
        {
            RecordFile.Remove(PathOf(id));
        }
        catch (DirectoryNotFoundException)
        {
            // The whole directory was removed.
        }
    }
}
