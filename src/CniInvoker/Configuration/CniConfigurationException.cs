namespace CniInvoker;

/// <summary>
/// A network configuration is not valid. <see cref="Exception.Source"/> is the file's path, or a description of another source.
/// </summary>
public sealed class CniConfigurationException : Exception
{
    internal CniConfigurationException(
        string source, string problem, string? jsonPath = null, int? line = null, Exception? innerException = null)
        : this([ConfigurationProblem.At(source, problem, jsonPath, line)], innerException)
    {
    }

    internal CniConfigurationException(IReadOnlyList<ConfigurationProblem> problems, Exception? innerException = null)
        : base($"CNI configuration {ErrorText.OneLine(problems[0].File)}: {Join(problems)}.", innerException)
    {
        Source = problems[0].File;
        Problems = problems;
    }

    /// <summary>Every error in the order of the text; at least one. Errors in separate plugin files name those.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    /// <summary>All errors with their positions, without the file's name.</summary>
    public string Problem => Join(Problems);

    /// <summary>The position of the first error as a JSON path, as in <c>$.plugins[1].type</c>; null when the text is not JSON.</summary>
    public string? JsonPath => Problems[0].JsonPath;

    /// <summary>The line of the first error, counted from 1; null when unknown.</summary>
    public int? Line => Problems[0].Line;

    private static string Join(IReadOnlyList<ConfigurationProblem> problems) => string.Join(
        "; ",
        problems.Select(problem =>
            problem.File == problems[0].File ? problem.Message : $"{ErrorText.OneLine(problem.File)}: {problem.Message}"));
}

/// <summary>An error in a file of a configuration directory, or a warning about it.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Message">The problem with its position, without the file's name.</param>
/// <param name="JsonPath">The position, as in <c>$.plugins[1].type</c>; null when the text is not JSON, or for the file as a whole.</param>
/// <param name="Line">The line, counted from 1; null when unknown.</param>
public sealed record ConfigurationProblem(string File, string Message, string? JsonPath = null, int? Line = null)
{
    internal static ConfigurationProblem At(string file, string problem, string? jsonPath, int? line)
    {
        var position = (line is { } number ? $"line {number}: " : "") + (jsonPath is null ? "" : $"{jsonPath} ");
        return new ConfigurationProblem(file, ErrorText.OneLine(position + problem), jsonPath, line);
    }
}
