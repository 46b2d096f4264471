namespace CniInvoker;

/// <summary>An attachment as it is remembered between ADD and DEL: all that CHECK and DEL have to repeat (SPEC §3).</summary>
public sealed record StoredAttachment
{
    /// <summary>Which one it is.</summary>
    public AttachmentId Id => new(NetworkName, Attachment.ContainerId, Attachment.InterfaceName);

    /// <summary>The network's name.</summary>
    public required string NetworkName { get; init; }

    /// <summary>
    /// The network as it was at ADD, with the plugins that were loaded from the directory beside it. Null in files from before libcni 0.7,
    /// which hold a result and nothing else.
    /// </summary>
    public required NetworkConfiguration? Network { get; init; }

    /// <summary>The container's side, as it was at ADD.</summary>
    public required Attachment Attachment { get; init; }

    /// <summary>The final result of ADD; the last one so far while <see cref="IsComplete"/> is false. Null before the first.</summary>
    public required CniResult? Result { get; init; }

    /// <summary>ADD has succeeded. Otherwise it is under way, or was interrupted and has to be undone by DEL.</summary>
    public required bool IsComplete { get; init; }
}
