using System.CommandLine;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>
/// <c>--env NAME=VALUE</c>: what plugins find in their environment besides. As with cnitool, whose plugins get all of its own environment, each command
/// has to be told: it may be a secret, and is not written down.
/// </summary>
internal static class PluginVariableOption
{
    public static Option<string[]> Variables { get; } = new("--env", "-e")
    {
        Description = "An environment variable for the plugins; without =VALUE: with the value that it has here. Can be given several times. Is not remembered: check and del need it again.",
        HelpName = "NAME[=VALUE]",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <exception cref="MisuseException">A word is no variable, or one that nobody may choose.</exception>
    public static IReadOnlyDictionary<string, string> Read(ParseResult parsed, CniEnvironment environment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in parsed.GetValue(Variables) ?? [])
        {
            var equals = word.IndexOf('=');
            var name = equals < 0 ? word : word[..equals];
            var value = equals < 0 ? environment.Named(name) : word[(equals + 1)..];
            if (PluginVariables.Problem(name, value ?? "") is { } problem)
                throw new MisuseException($"--env: \"{name}\" {problem}");

            if (!variables.TryAdd(name, value ?? throw new MisuseException($"--env: {name} has no value here; write {name}=VALUE")))
                throw new MisuseException($"--env: {name} is given twice");
        }

        return variables;
    }
}
