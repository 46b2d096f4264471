namespace CniInvoker;

/// <summary>Something wrong, or odd, about a file in a configuration directory.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Message">What is wrong and at which place, without the file's name.</param>
/// <param name="JsonPath">The place, as in <c>$.plugins[1].type</c>; null when the text is no JSON, or the file as a whole is meant.</param>
/// <param name="Line">The line, counted from 1; null when unknown.</param>
public sealed record ConfigurationProblem(string File, string Message, string? JsonPath = null, int? Line = null)
{
    internal static ConfigurationProblem At(string file, string problem, string? jsonPath, int? line)
    {
        var place = (line is { } number ? $"line {number}: " : "") + (jsonPath is null ? "" : $"{jsonPath} ");
        return new ConfigurationProblem(file, ErrorText.OneLine(place + problem), jsonPath, line);
    }
}
