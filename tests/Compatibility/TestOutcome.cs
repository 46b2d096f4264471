namespace Bridge.Compatibility;

/// <summary>How a test ended on one engine.</summary>
internal enum TestEnd
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>One test of an engine's results.</summary>
/// <param name="Name">As xUnit shows it.</param>
/// <param name="SkipReason">Empty unless it was skipped.</param>
/// <param name="Traits">Names and values, as in <see cref="TraitNames"/>.</param>
/// <param name="Attachments">What it told when it ran, by name and line.</param>
internal sealed record TestOutcome(
    string Name, TestEnd End, string SkipReason, ILookup<string, string> Traits, ILookup<string, string> Attachments)
{
    public IEnumerable<string> Features => Traits[TraitNames.Feature];

    public IEnumerable<string> Plugins => Traits[TraitNames.Plugin];

    public IEnumerable<string> StandIns => Traits[TraitNames.StandIn];

    /// <returns>Whether on this engine it is about the feature.</returns>
    public bool IsAbout(string feature, Version engine) =>
        Features.Contains(feature) && Traits[TraitNames.SinceOf(feature)].All(since => engine >= Version.Parse(since));

    /// <returns>Why the feature is refused, which the test shows; null when it shows that the feature works.</returns>
    public string? RefusalOf(string feature) => Traits[TraitNames.NotFor(feature)].FirstOrDefault();

    /// <returns>In what the feature falls short although the test passed.</returns>
    public IEnumerable<string> ExceptionsTo(string feature) => Attachments[TraitNames.ExceptionsTo(feature)];
}
