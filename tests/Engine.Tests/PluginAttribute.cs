using Bridge.Compatibility;
using Xunit.v3;

namespace Bridge.Engine.Tests;

/// <summary>Plugins that a test, or each test of a class, runs: rows of docs/reference/compatibility.md.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class PluginAttribute(params string[] names) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Names => names;

    /// <summary>A script plays their part, because the kernel of the test lacks what they need.</summary>
    public bool StandIn { get; init; }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. names.Select(name => KeyValuePair.Create(StandIn ? TraitNames.StandIn : TraitNames.Plugin, name))];
}
