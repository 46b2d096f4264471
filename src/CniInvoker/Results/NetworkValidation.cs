namespace CniInvoker;

/// <summary>Whether a network could be run on this host.</summary>
/// <param name="Problems">What stands against it, a sentence each; empty when nothing does.</param>
/// <param name="Capabilities">The capabilities that at least one plugin has switched on.</param>
public sealed record NetworkValidation(IReadOnlyList<string> Problems, IReadOnlySet<string> Capabilities)
{
    /// <summary>What is odd about its plugins but does not keep them from being run: files that everybody may change.</summary>
    public IReadOnlyList<ConfigurationProblem> Warnings { get; init; } = [];
}
