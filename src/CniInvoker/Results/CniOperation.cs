namespace CniInvoker;

/// <summary>The operations of a plugin (SPEC §2 "CNI operations").</summary>
public enum CniOperation
{
    /// <summary>ADD: attach a container to a network.</summary>
    Add,

    /// <summary>CHECK: verify that an attachment is still as ADD made it.</summary>
    Check,

    /// <summary>DEL: remove an attachment, as far as it exists.</summary>
    Delete,

    /// <summary>STATUS: report whether ADD can be served now.</summary>
    Status,

    /// <summary>GC: remove what belongs to none of the valid attachments.</summary>
    GarbageCollection,

    /// <summary>VERSION: report the supported versions of the specification.</summary>
    Version,
}

/// <summary>The specification's verbs for operations.</summary>
public static class CniOperationVerb
{
    /// <summary>The value of CNI_COMMAND (SPEC §2 "Parameters").</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operation.</exception>
    public static string Verb(this CniOperation operation) => operation switch
    {
        CniOperation.Add => "ADD",
        CniOperation.Check => "CHECK",
        CniOperation.Delete => "DEL",
        CniOperation.Status => "STATUS",
        CniOperation.GarbageCollection => "GC",
        CniOperation.Version => "VERSION",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "There is no such operation."),
    };
}
