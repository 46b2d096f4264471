namespace Bridge.Conformance;

/// <summary>Names of the traits that tests write into their results, and docs/reference/conformance.md is made from.</summary>
public static class ConformanceTraits
{
    /// <summary>The test shows this case; the value is number and name, as in <c>25 add-fail-mid</c>.</summary>
    public const string Case = "Case";

    /// <summary>The test shows this requirement of the specification; the value is its id.</summary>
    public const string Spec = "Spec";

    /// <param name="kind"><see cref="Case"/> or <see cref="Spec"/>.</param>
    /// <param name="id">The value of that trait.</param>
    /// <returns>The name of the trait whose value says what libcni does.</returns>
    public static string LibcniOf(string kind, string id) => $"{kind} {id}: libcni";

    /// <inheritdoc cref="LibcniOf"/>
    /// <returns>The name of the trait whose value says what this library does instead.</returns>
    public static string OursOf(string kind, string id) => $"{kind} {id}: ours";
}
