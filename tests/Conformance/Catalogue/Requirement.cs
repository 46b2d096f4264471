namespace Bridge.Conformance;

/// <summary>Something that the CNI specification demands.</summary>
/// <param name="Section">As in the specification's headings.</param>
/// <param name="Id">What <see cref="SpecAttribute"/> refers to.</param>
/// <param name="Text">What is demanded, in this project's words.</param>
internal sealed record Requirement(string Section, string Id, Duty Duty, string Text)
{
    /// <summary>What is done where a plugin or a file falls short of it, which tests show. null: of a runtime's duty.</summary>
    public string? Otherwise { get; init; }

    /// <summary>Why a runtime can do nothing about it, and no test shows it. null: tests show it.</summary>
    public string? PluginsOwn { get; init; }
}
