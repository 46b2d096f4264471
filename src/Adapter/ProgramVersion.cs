using System.Reflection;

namespace Bridge.Adapter;

internal static class ProgramVersion
{
    private static readonly string[] Parts =
        (typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown")
            .Split('+', 2);

    /// <summary>For example <c>0.1.0</c>.</summary>
    public static string Number => Parts[0];

    /// <summary>The commit it was built from; null when it was not built in a repository.</summary>
    public static string? Commit => Parts.Length > 1 ? Parts[1] : null;
}
