namespace CniInvoker;

/// <summary>All that a store remembers.</summary>
/// <param name="Attachments">In the order of network, container and interface.</param>
/// <param name="Problems">Records that cannot be read, and why. They are left where they are.</param>
public sealed record AttachmentListing(IReadOnlyList<StoredAttachment> Attachments, IReadOnlyList<AttachmentProblem> Problems);
