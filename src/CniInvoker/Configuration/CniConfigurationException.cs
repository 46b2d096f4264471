namespace CniInvoker;

/// <summary>
/// A network configuration cannot be used as it is written. <see cref="Exception.Source"/> is the file, or what was read instead of one.
/// </summary>
public sealed class CniConfigurationException : Exception
{
    /// <summary>Describes a mistake in a configuration.</summary>
    /// <param name="source">The file's path, or a description of where the text came from.</param>
    /// <param name="problem">What is wrong, without the place.</param>
    /// <param name="jsonPath">Where, as in <c>$.plugins[1].type</c>; null when the text is no JSON at all.</param>
    /// <param name="line">Where, counted from 1; null when unknown.</param>
    /// <param name="innerException">The cause, if there is another.</param>
    public CniConfigurationException(
        string source, string problem, string? jsonPath = null, int? line = null, Exception? innerException = null)
        : base($"CNI configuration {source}: {Describe(problem, jsonPath, line)}.", innerException)
    {
        Source = source;
        Problem = Describe(problem, jsonPath, line);
        JsonPath = jsonPath;
        Line = line;
    }

    /// <summary>What is wrong and at which place, without the file's name.</summary>
    public string Problem { get; }

    /// <summary>The place as a JSON path, as in <c>$.plugins[1].type</c>; null when the text is no JSON at all.</summary>
    public string? JsonPath { get; }

    /// <summary>The line, counted from 1; null when unknown.</summary>
    public int? Line { get; }

    private static string Describe(string problem, string? jsonPath, int? line) =>
        (line is { } number ? $"line {number}: " : "") + (jsonPath is null ? "" : $"{jsonPath} ") + problem;
}
