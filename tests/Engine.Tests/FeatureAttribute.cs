using Bridge.Compatibility;
using Xunit.v3;

namespace Bridge.Engine.Tests;

/// <summary>What a test, or each test of a class, is about: a row of docs/reference/compatibility.md.</summary>
/// <param name="name">In the form <c>area: feature</c>, as in <c>published ports: ranges</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class FeatureAttribute(string name) : Attribute, ITraitAttribute
{
    public string Name => name;

    /// <summary>Why there is no such thing; the test shows that it is refused. null: the test shows that it works.</summary>
    public string? Not { get; init; }

    /// <summary>The first engine on which the test shows it, as in <c>28.0</c>, where older ones are tested otherwise. null: on every engine.</summary>
    public string? Since { get; init; }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
    [
        new(TraitNames.Feature, name),
        .. Optional(TraitNames.NotFor(name), Not),
        .. Optional(TraitNames.SinceOf(name), Since),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Optional(string trait, string? value) => value is null ? [] : [new(trait, value)];
}
