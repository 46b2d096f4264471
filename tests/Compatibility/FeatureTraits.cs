using Bridge.TestResults;

namespace Bridge.Compatibility;

/// <summary>What an engine test says of features and plugins, in the traits of <see cref="TraitNames"/>.</summary>
internal static class FeatureTraits
{
    extension(TestOutcome test)
    {
        public IEnumerable<string> Features => test.Traits[TraitNames.Feature];

        public IEnumerable<string> Plugins => test.Traits[TraitNames.Plugin];

        public IEnumerable<string> StandIns => test.Traits[TraitNames.StandIn];

        /// <returns>Whether on this engine it is about the feature.</returns>
        public bool IsAbout(string feature, Version engine) =>
            test.Features.Contains(feature) && test.Traits[TraitNames.SinceOf(feature)].All(since => engine >= Version.Parse(since));

        /// <returns>Why the feature is refused, which the test shows; null when it shows that the feature works.</returns>
        public string? RefusalOf(string feature) => test.Traits[TraitNames.NotFor(feature)].FirstOrDefault();

        /// <returns>In what the feature falls short although the test passed.</returns>
        public IEnumerable<string> ExceptionsTo(string feature) => test.Attachments[TraitNames.ExceptionsTo(feature)];
    }
}
