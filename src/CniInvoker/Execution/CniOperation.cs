namespace CniInvoker;

/// <summary>The operations of the specification that plugins are asked to perform (SPEC §2).</summary>
public enum CniOperation
{
    /// <summary>ADD: attach a container to a network.</summary>
    Add,

    /// <summary>CHECK: see whether an attachment is still as it was made.</summary>
    Check,

    /// <summary>DEL: undo an attachment, as far as it exists.</summary>
    Delete,

    /// <summary>STATUS: say whether ADD could be served now.</summary>
    Status,

    /// <summary>GC: remove what belongs to none of the attachments that are still there.</summary>
    GarbageCollection,

    /// <summary>VERSION: say which versions of the specification are understood.</summary>
    Version,
}
