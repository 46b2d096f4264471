using System.Globalization;
using Xunit.v3;

namespace Bridge.Reports;

/// <summary>What a test, or each test of a class, shows: rows of a page in docs/reference.</summary>
public abstract class ReportAttribute : Attribute, ITraitAttribute
{
    /// <summary>Without those whose value is null.</summary>
    private protected abstract IEnumerable<(string Name, string? Value)> Traits { get; }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. Traits.Where(trait => trait.Value is not null).Select(trait => KeyValuePair.Create(trait.Name, trait.Value!))];
}

/// <summary>A feature: a row of docs/reference/compatibility.md.</summary>
/// <param name="name">In the form <c>area: feature</c>, as in <c>published ports: ranges</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class FeatureAttribute(string name) : ReportAttribute
{
    public string Name => name;

    /// <summary>Why the feature is refused, which the test shows. null: the test shows that it works.</summary>
    public string? Not { get; init; }

    /// <summary>The first engine on which the test shows it, as in <c>28.0</c>. null: every engine.</summary>
    public string? Since { get; init; }

    private protected override IEnumerable<(string Name, string? Value)> Traits =>
        [(ReportTraits.Feature, name), (ReportTraits.NotFor(name), Not), (ReportTraits.SinceOf(name), Since)];
}

/// <summary>Plugins that the test runs: rows of docs/reference/compatibility.md.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class PluginAttribute(params string[] names) : ReportAttribute
{
    public IReadOnlyList<string> Names => names;

    /// <summary>A script runs in their place, because the tests lack the kernel's part or the cluster that they need.</summary>
    public bool StandIn { get; init; }

    private protected override IEnumerable<(string Name, string? Value)> Traits =>
        names.Select(name => (StandIn ? ReportTraits.StandIn : ReportTraits.Plugin, (string?)name));
}

/// <summary>A row of docs/reference/conformance.md.</summary>
/// <param name="kind">The table that has the row.</param>
/// <param name="id">The row's id in the catalogue.</param>
public abstract class ShowsAttribute(string kind, string id) : ReportAttribute
{
    public string Kind => kind;

    public string Id => id;

    /// <summary>What libcni does; one of the tests that show the row says it. null: nothing worth saying.</summary>
    public string? Libcni { get; init; }

    /// <summary>What CniInvoker does instead, and the test shows. null: the same as libcni.</summary>
    public string? Ours { get; init; }

    private protected override IEnumerable<(string Name, string? Value)> Traits =>
        [(kind, id), (ReportTraits.LibcniOf(kind, id), Libcni), (ReportTraits.OursOf(kind, id), Ours)];
}

/// <summary>The test shows one of the numbered cases in which runtimes are compared with libcni, or a part of it.</summary>
/// <param name="number">1 to 54.</param>
/// <param name="name">As in the catalogue, so that the test can be read without it.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class CaseAttribute(int number, string name)
    : ShowsAttribute(ReportTraits.Case, string.Create(CultureInfo.InvariantCulture, $"{number} {name}"));

/// <summary>The test shows that a requirement of the CNI specification is met, or how a plugin that does not meet it is treated.</summary>
/// <param name="id">As in the catalogue, as in <c>del-reverse-order</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class SpecAttribute(string id) : ShowsAttribute(ReportTraits.Spec, id);
