namespace CniInvoker;

/// <summary>Operations in the specification's own words.</summary>
public static class CniOperationVerb
{
    /// <summary>The value of CNI_COMMAND, as in SPEC section 2; good for messages too.</summary>
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
