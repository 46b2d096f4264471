namespace Bridge.Adapter.Settings;

/// <summary>Environment variables that somebody gives to plugins: which may be given.</summary>
internal static class PluginVariables
{
    /// <summary>Why plugins cannot be given it; null when they can.</summary>
    public static string? Problem(string name, string value) => name switch
    {
        "" => "has no name",
        _ when !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || char.IsAsciiDigit(name[0]) =>
            "is no name of a variable: letters, digits and '_', no digit first",
        _ when name.StartsWith("CNI_", StringComparison.Ordinal) => "is what the CNI specification has every plugin told about its run, and cannot be chosen",
        "PATH" => "cannot be chosen: plugins find iptables and each other by it",
        _ when name.StartsWith("LD_", StringComparison.Ordinal) => "cannot be chosen: the loader would put other code into plugins by it",
        _ when value.Contains('\0') => "has a value with a zero byte, which no variable can hold",
        _ => null,
    };
}
