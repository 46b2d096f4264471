using Xunit.v3;

namespace Bridge.Conformance;

/// <summary>What a test shows: a row of docs/reference/conformance.md.</summary>
/// <param name="kind">Which table has the row.</param>
/// <param name="id">The row, by a name that the catalogue of that table has.</param>
public abstract class ShowsAttribute(string kind, string id) : Attribute, ITraitAttribute
{
    public string Kind => kind;

    public string Id => id;

    /// <summary>What libcni does. Where several tests show one row, one of them need say it. null: nothing worth saying.</summary>
    public string? Libcni { get; init; }

    /// <summary>What is done here instead, and the test shows. null: the same as libcni.</summary>
    public string? Ours { get; init; }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
    [
        new(kind, id),
        .. Optional(ConformanceTraits.LibcniOf(kind, id), Libcni),
        .. Optional(ConformanceTraits.OursOf(kind, id), Ours),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Optional(string trait, string? value) => value is null ? [] : [new(trait, value)];
}
