namespace CniInvoker;

/// <summary>
/// Stores attachments between ADD and DEL. A <see cref="Write"/> must be durable when it returns: after a power loss only the record tells
/// which attachments need a DEL. <see cref="CniClient"/> calls it for one container at a time, but for several containers at once.
/// </summary>
public interface IAttachmentStore
{
    /// <summary>The attachment, or null when there is no record.</summary>
    /// <exception cref="CniException">The record cannot be read (code 5 or 6).</exception>
    StoredAttachment? Find(AttachmentId id);

    /// <summary>All stored attachments.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be read.</exception>
    AttachmentListing List();

    /// <summary>Stores an attachment; replaces its previous record.</summary>
    /// <exception cref="IOException">The record is not durable; the previous one still is.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    void Write(StoredAttachment attachment);

    /// <summary>Removes the record of an attachment, if there is one. Moves an unreadable record aside for inspection.</summary>
    /// <exception cref="IOException">The record still exists.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    void Remove(AttachmentId id);
}

/// <summary>The record of an attachment between ADD and DEL: all that CHECK and DEL need (SPEC §3).</summary>
public sealed record StoredAttachment
{
    /// <summary>The attachment's identity.</summary>
    public AttachmentId Id => new(NetworkName, Attachment.ContainerId, Attachment.InterfaceName);

    /// <summary>The network's name.</summary>
    public required string NetworkName { get; init; }

    /// <summary>
    /// The network as it was at ADD, including plugins from separate files. Null in files of libcni before 0.7, which contain the result
    /// alone.
    /// </summary>
    public required NetworkConfiguration? Network { get; init; }

    /// <summary>The container's side, as it was at ADD.</summary>
    public required Attachment Attachment { get; init; }

    /// <summary>The final result of ADD; the last one so far while <see cref="IsComplete"/> is false. Null before the first.</summary>
    public required CniResult? Result { get; init; }

    /// <summary>ADD has succeeded. Otherwise ADD is running, or was interrupted and needs a DEL.</summary>
    public required bool IsComplete { get; init; }
}

/// <summary>The contents of a store.</summary>
/// <param name="Attachments">In the order of network, container and interface.</param>
/// <param name="Problems">Records that cannot be read, and why.</param>
public sealed record AttachmentListing(IReadOnlyList<StoredAttachment> Attachments, IReadOnlyList<AttachmentProblem> Problems);

/// <summary>A record that cannot be read.</summary>
/// <param name="File">The file, or another name of the record.</param>
/// <param name="Message">Why it cannot be read.</param>
public sealed record AttachmentProblem(string File, string Message);
