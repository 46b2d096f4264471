namespace CniInvoker.Tests.Execution;

/// <summary>Tests that count the open files and threads of the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
