namespace Bridge.Reports;

/// <summary>Names of the traits that tests write into their results, and the pages in docs/reference are made from.</summary>
public static class ReportTraits
{
    /// <summary>The test is about this feature, in the form <c>area: feature</c>.</summary>
    public const string Feature = "Feature";

    /// <summary>The test ran this plugin.</summary>
    public const string Plugin = "Plugin";

    /// <summary>The test ran a script in place of this plugin.</summary>
    public const string StandIn = "Stand-in";

    /// <summary>The test shows this case; the value is number and name, as in <c>25 add-fail-mid</c>.</summary>
    public const string Case = "Case";

    /// <summary>The test shows this requirement of the CNI specification; the value is its id.</summary>
    public const string Spec = "Spec";

    /// <returns>The trait whose value says why the feature is refused; a passed test that has it proves the refusal.</returns>
    public static string NotFor(string feature) => $"Not: {feature}";

    /// <returns>The trait whose value is the first engine on which the test shows the feature.</returns>
    public static string SinceOf(string feature) => $"Since: {feature}";

    /// <returns>The attachment (not a trait) whose lines say what falls short on the engine of the run, although the test passed.</returns>
    public static string ExceptionsTo(string feature) => $"Except: {feature}";

    /// <param name="kind"><see cref="Case"/> or <see cref="Spec"/>.</param>
    /// <param name="id">The value of that trait.</param>
    /// <returns>The trait whose value says what libcni does.</returns>
    public static string LibcniOf(string kind, string id) => $"{kind} {id}: libcni";

    /// <inheritdoc cref="LibcniOf"/>
    /// <returns>The trait whose value says what CniInvoker does instead.</returns>
    public static string OursOf(string kind, string id) => $"{kind} {id}: ours";
}
