namespace Bridge.Reports;

/// <summary>On whom the specification lays a requirement.</summary>
internal enum Duty
{
    /// <summary>The program that runs plugins: CniInvoker, or the program that uses it.</summary>
    Runtime,

    Plugin,

    /// <summary>The author of a configuration.</summary>
    Format,
}

/// <summary>Something that the CNI specification demands.</summary>
/// <param name="Section">As in the specification's headings.</param>
/// <param name="Id">What <see cref="SpecAttribute"/> refers to.</param>
/// <param name="Text">The demand, in this project's words.</param>
internal sealed record Requirement(string Section, string Id, Duty Duty, string Text)
{
    /// <summary>What CniInvoker does with a plugin or a file that falls short of it, which tests show. null: the runtime's duty.</summary>
    public string? Otherwise { get; init; }

    /// <summary>Why a runtime can do nothing about it, and no test shows it. null: tests show it.</summary>
    public string? PluginsOwn { get; init; }
}
