namespace CniInvoker;

/// <summary>
/// A network configuration cannot be used as it is written. <see cref="Exception.Source"/> is the file, or what was read instead of one.
/// </summary>
public sealed class CniConfigurationException : Exception
{
    /// <summary>Describes a single mistake.</summary>
    /// <param name="source">The file's path, or a description of where the text came from.</param>
    /// <param name="problem">What is wrong, without the place.</param>
    /// <param name="jsonPath">Where, as in <c>$.plugins[1].type</c>; null when the text is no JSON at all.</param>
    /// <param name="line">Where, counted from 1; null when unknown.</param>
    /// <param name="innerException">The cause, if there is another.</param>
    internal CniConfigurationException(
        string source, string problem, string? jsonPath = null, int? line = null, Exception? innerException = null)
        : this([ConfigurationProblem.At(source, problem, jsonPath, line)], innerException)
    {
    }

    internal CniConfigurationException(IReadOnlyList<ConfigurationProblem> problems, Exception? innerException = null)
        : base($"CNI configuration {ErrorText.OneLine(problems[0].File)}: {Together(problems)}.", innerException)
    {
        Source = problems[0].File;
        Problems = problems;
    }

    /// <summary>Every mistake, in the order of the text; at least one. Plugins that were loaded from files of their own name those.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    /// <summary>What is wrong and at which place, without the file's name.</summary>
    public string Problem => Together(Problems);

    /// <summary>The place of the first mistake as a JSON path, as in <c>$.plugins[1].type</c>; null when the text is no JSON at all.</summary>
    public string? JsonPath => Problems[0].JsonPath;

    /// <summary>The line of the first mistake, counted from 1; null when unknown.</summary>
    public int? Line => Problems[0].Line;

    private static string Together(IReadOnlyList<ConfigurationProblem> problems) => string.Join(
        "; ", problems.Select(problem => problem.File == problems[0].File ? problem.Message : $"{ErrorText.OneLine(problem.File)}: {problem.Message}"));
}
