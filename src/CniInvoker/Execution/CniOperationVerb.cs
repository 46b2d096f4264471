namespace CniInvoker;

/// <summary>Operations in the specification's own words.</summary>
internal static class CniOperationVerb
{
    public static string Verb(this CniOperation operation) => operation switch
    {
        CniOperation.Add => "ADD",
        CniOperation.Check => "CHECK",
        CniOperation.Delete => "DEL",
        CniOperation.Status => "STATUS",
        CniOperation.Version => "VERSION",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "There is no such operation."),
    };
}
