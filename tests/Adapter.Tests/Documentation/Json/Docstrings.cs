using System.Text.RegularExpressions;
using System.Xml.Linq;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Documentation.Json;

/// <summary>What the docstrings of src say of types and of their properties.</summary>
internal sealed partial class Docstrings
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.OrdinalIgnoreCase);

    public Docstrings()
    {
        foreach (var file in SourceTree.Files("src"))
            Read(file.Lines);
    }

    /// <returns>Null without one.</returns>
    public string? Of(string type) => _texts.GetValueOrDefault(type);

    /// <returns>Null without one.</returns>
    public string? Of(string type, string property) => _texts.GetValueOrDefault($"{type}.{property}");

    private void Read(string[] lines)
    {
        var (comment, type) = (new List<string>(), "");
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith("///", StringComparison.Ordinal))
            {
                comment.Add(line[3..]);
                continue;
            }

            if (line.StartsWith('['))
                continue;

            if (TypeName().Match(line) is { Success: true } declared)
                Add(type = declared.Groups[1].Value, comment);
            else if (PropertyName().Match(line) is { Success: true } property)
                Add($"{type}.{property.Groups[1].Value}", comment);

            comment.Clear();
        }
    }

    private void Add(string name, List<string> comment)
    {
        if (comment.Count == 0)
            return;

        var text = XElement.Parse($"<doc>{string.Join('\n', comment)}</doc>");
        foreach (var parameter in text.Elements("param"))
            _texts.TryAdd($"{name}.{parameter.Attribute("name")!.Value}", Plain(parameter));

        if (text.Element("summary") is { } summary)
            _texts.TryAdd(name, Plain(summary));
    }

    private static string Plain(XElement element) => Blank().Replace(
        string.Concat(element.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } reference => reference.Attribute("cref")?.Value.Split('.')[^1] ?? "",
            XElement inner => Plain(inner),
            _ => node is XText text ? text.Value : "",
        })),
        " ").Trim();

    [GeneratedRegex(@"^(?:public|internal) .*\b(?:record|class|enum) (?:struct )?(\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^public [\w<>?,\.\[\] ]+ (\w+) (?:\{|=>)")]
    private static partial Regex PropertyName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
