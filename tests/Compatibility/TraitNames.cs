namespace Bridge.Compatibility;

/// <summary>What the engine tests write into their results beside each outcome, and the matrix is made from. All but one are traits.</summary>
public static class TraitNames
{
    /// <summary>The test is about this feature, in the form <c>area: feature</c>.</summary>
    public const string Feature = "Feature";

    /// <summary>The test ran this plugin.</summary>
    public const string Plugin = "Plugin";

    /// <summary>The test ran a script in place of this plugin.</summary>
    public const string StandIn = "Stand-in";

    /// <returns>The name of the trait whose value says why the feature is refused; a passed test that has it proves the refusal.</returns>
    public static string NotFor(string feature) => $"Not: {feature}";

    /// <returns>The name of the trait whose value is the first engine on which the test shows the feature; on older ones it shows something else.</returns>
    public static string SinceOf(string feature) => $"Since: {feature}";

    /// <returns>The name of the attachment whose lines say in what the feature falls short on the engine of the run, although the test passed.</returns>
    public static string ExceptionsTo(string feature) => $"Except: {feature}";
}
