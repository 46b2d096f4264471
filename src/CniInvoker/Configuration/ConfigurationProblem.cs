namespace CniInvoker;

/// <summary>A file in a configuration directory that is not used, and why.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Message">What is wrong with it, without the file's name.</param>
public sealed record ConfigurationProblem(string File, string Message);
