
namespace CniInvoker;

/// <summary>
/// Stores attachments as files in libcni's format (<c>cniCacheV1</c>), in a directory of their own.
/// <code>
/// DIRECTORY/                        mode 0700, as are its missing parents
///   results/                        mode 0700
///     NETWORK-CONTAINER-INTERFACE   mode 0600; libcni's name
///     ~HASH                         of an attachment whose libcni name is taken by another one ("a-b","c" and "a","b-c")
///     .HASH                         a write in progress
///   unreadable/                     records that <see cref="Remove"/> could not read, for inspection
/// </code>
/// A write is durable when it returns. After a power loss a file contains the old or the new record, whole.
/// </summary>
/// <param name="directory">The first <see cref="Write"/> makes it.</param>
public sealed class FileAttachmentStore(string directory) : IAttachmentStore
{
    // A result has 4 MiB at most, a configuration too.
    private const ulong Longest = 32 << 20;

    private readonly string _results = Path.Combine(directory, "results");
    private readonly string _unreadable = Path.Combine(directory, "unreadable");

    /// <inheritdoc/>
    public StoredAttachment? Find(AttachmentId id) => Locate(id) is { } found ? found.Stored ?? throw found.Reason! : null;

    /// <inheritdoc/>
    public AttachmentListing List()
    {
        var attachments = new List<StoredAttachment>();
        var problems = new List<AttachmentProblem>();
        foreach (var file in Files())
        {
            try
            {
                if (Read(file, expected: null) is { } stored)
                    attachments.Add(stored);
                else if (File.Exists(file))
                    problems.Add(new AttachmentProblem(file, "it contains a result without network, container and interface names"));
            }
            catch (CniException unreadable)
            {
                problems.Add(new AttachmentProblem(file, unreadable.Msg));
            }
        }

        return new AttachmentListing(
            [.. attachments
                .OrderBy(stored => stored.NetworkName, StringComparer.Ordinal)
                .ThenBy(stored => stored.Attachment.ContainerId, StringComparer.Ordinal)
                .ThenBy(stored => stored.Attachment.InterfaceName, StringComparer.Ordinal)],
            problems);
    }

    /// <inheritdoc/>
    public void Write(StoredAttachment attachment)
    {
        var content = CacheRecord.Write(attachment);
        DurableFile.MakeDirectory(_results);
        if (Locate(attachment.Id) is { } known)
            DurableFile.Replace(known.File, content, TemporaryName(attachment.Id));
        else if (!DurableFile.Create(PlainName(attachment.Id), content, TemporaryName(attachment.Id)))
            DurableFile.Replace(HashedName(attachment.Id), content, TemporaryName(attachment.Id));
    }

    /// <inheritdoc/>
    public void Remove(AttachmentId id)
    {
        switch (Locate(id))
        {
            case { Stored: not null } known:
                // Not synced: if the file reappears after a power loss, another DEL does no harm.
                File.Delete(known.File);
                break;
            case { } broken:
                DurableFile.MakeDirectory(_unreadable);
                MoveAside(broken.File, Path.Combine(_unreadable, Path.GetFileName(broken.File)));
                break;
        }

        if (Directory.Exists(_results))
            File.Delete(TemporaryName(id)); // Of a process that died during a write.
    }

    // An unreadable file counts as the record of the attachment that its name stands for.
    private Location? Locate(AttachmentId id)
    {
        RequireFileName(id);
        Location? broken = null;
        foreach (var file in new[] { PlainName(id), HashedName(id) })
        {
            try
            {
                if (Read(file, id) is { } stored && stored.Id == id)
                    return new Location(file, stored, Reason: null);
            }
            catch (CniException unreadable)
            {
                broken ??= new Location(file, Stored: null, unreadable);
            }
        }

        return broken;
    }

    private static StoredAttachment? Read(string file, AttachmentId? expected)
    {
        // Checked first: reading a pipe or a device may never end.
        if (LibC.TryStat(file, out var status) && (!status.IsRegular || status.stx_size > Longest))
        {
            const string NotRegular = "it is a pipe, a socket, a device or a directory";
            throw Unreadable(file, status.IsRegular ? $"it is larger than {Longest >> 20} MiB" : NotRegular);
        }

        try
        {
            return CacheRecord.Read(File.ReadAllBytes(file), file, expected);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, ErrorText.Of(unreadable), unreadable);
        }
    }

    private static CniException Unreadable(string file, string reason, Exception? cause = null) =>
        new(CniErrorCode.InputOutput, $"the record {file} cannot be read: {reason}", details: null, cause);

    private static void MoveAside(string entry, string target)
    {
        if (Directory.Exists(entry) && new FileInfo(entry).LinkTarget is null)
            Directory.Move(entry, target);
        else
            File.Move(entry, target, overwrite: true);
    }

    private static void RequireFileName(AttachmentId id)
    {
        var problem = Identifier.Problem(id.NetworkName)
            ?? Identifier.Problem(id.ContainerId)
            ?? Identifier.InterfaceNameProblem(id.InterfaceName)
            ?? Identifier.TripleProblem(id.NetworkName, id.ContainerId, id.InterfaceName);
        if (problem is not null)
            throw new ArgumentException($"One of the names in {id} {problem}.", nameof(id));
    }

    // No network's name starts with a dot.
    private string[] Files() => Directory.Exists(_results)
        ? [.. Directory.EnumerateFileSystemEntries(_results)
            .Where(file => !Path.GetFileName(file.AsSpan()).StartsWith('.'))
            .Order(StringComparer.Ordinal)]
        : [];

    private string PlainName(AttachmentId id) => Path.Combine(_results, $"{id.NetworkName}-{id.ContainerId}-{id.InterfaceName}");

    private string HashedName(AttachmentId id) => Path.Combine(_results, $"~{Hash(id)}");

    private string TemporaryName(AttachmentId id) => Path.Combine(_results, $".{Hash(id)}");

    private static string Hash(AttachmentId id) =>
        Convert.ToHexStringLower(NameHash.Sha256($"{id.NetworkName}/{id.ContainerId}/{id.InterfaceName}"));

    private sealed record Location(string File, StoredAttachment? Stored, CniException? Reason);
}
