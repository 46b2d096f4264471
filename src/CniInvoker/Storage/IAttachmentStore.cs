namespace CniInvoker;

/// <summary>
/// Remembers attachments between ADD and DEL. A <see cref="Write"/> must be durable when it returns: it is the only thing that tells, after a
/// power loss, what is to be undone. <see cref="CniClient"/> calls it for one container at a time only, but for several containers at once.
/// </summary>
public interface IAttachmentStore
{
    /// <summary>The attachment, or null when none is remembered.</summary>
    /// <exception cref="CniException">There is a record, and it cannot be read (code 6).</exception>
    StoredAttachment? Find(AttachmentId id);

    /// <summary>Every attachment that is remembered.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be read.</exception>
    AttachmentListing List();

    /// <summary>Remembers an attachment; replaces what was remembered of it.</summary>
    /// <exception cref="IOException">It could not be made durable; what was remembered before still is.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    void Write(StoredAttachment attachment);

    /// <summary>Forgets an attachment, if it is remembered. A record that cannot be read is set aside for a person to look at.</summary>
    /// <exception cref="IOException">It is still remembered.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    void Remove(AttachmentId id);
}
