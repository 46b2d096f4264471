using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bridge.Adapter.Settings;

// The only mapping whose keys are not ours.
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

        var value = new SettingsValue(parser, problems, $"{key}.{name.Value}").Scalar("a text; write '' for an empty one", isDefaultKnown: false)?.Value;
        if (!variables.TryAdd(name.Value, value ?? ""))
            problems.Add(name.Start, $"{key}.{name.Value} is set twice");
        else if (value is not null && PluginVariables.Problem(name.Value, value) is { } problem)
            problems.Add(name.Start, $"{Prefix}\"{name.Value}\" {problem}");
    }
}
