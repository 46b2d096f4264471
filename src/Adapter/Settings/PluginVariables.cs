using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bridge.Adapter.Settings;

// The only mapping with free keys.
internal sealed partial class SettingsValue
{
    /// <summary>Environment variables for plugins, by their names.</summary>
    public IReadOnlyDictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!parser.TryConsume<MappingStart>(out _))
        {
            Refuse("expected names and values, for example {PROXY: http://10.0.0.1}");
            parser.SkipThisAndNestedEvents();
            return variables;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
            Variable(variables);

        return variables;
    }

    private void Variable(Dictionary<string, string> variables)
    {
        if (!parser.TryConsume<Scalar>(out var name))
        {
            Refuse("a variable's name must be a plain word");
            parser.SkipThisAndNestedEvents();
            parser.SkipThisAndNestedEvents();
            return;
        }

        var value = new SettingsValue(
            parser, problems, $"{key}.{name.Value}").Scalar("a text; write '' for an empty one", isDefaultKnown: false)?.Value;
        if (!variables.TryAdd(name.Value, value ?? ""))
            problems.Add(name.Start, $"{key}.{name.Value} is set twice");
        else if (value is not null && PluginVariables.Problem(name.Value, value) is { } problem)
            problems.Add(name.Start, $"{Prefix}\"{name.Value}\" {problem}");
    }
}

/// <summary>The rules for environment variables that users set for plugins.</summary>
internal static class PluginVariables
{
    /// <summary>Why plugins may not have this variable; null when they may.</summary>
    public static string? Problem(string name, string value) => name switch
    {
        "" => "has no name",
        _ when !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || char.IsAsciiDigit(name[0]) =>
            "is no name of a variable: letters, digits and '_', no digit first",
        _ when name.StartsWith("CNI_", StringComparison.Ordinal) =>
            "is set by the CNI specification and cannot be chosen",
        "PATH" => "cannot be chosen: plugins find iptables and each other by it",
        _ when name.StartsWith("LD_", StringComparison.Ordinal) => "cannot be chosen: the loader would put other code into plugins by it",
        _ when value.Contains('\0') => "has a value with a zero byte, which no variable can hold",
        _ => null,
    };
}
