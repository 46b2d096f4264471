using System.Globalization;

namespace Bridge.Conformance;

/// <summary>A case in which this library is compared with libcni.</summary>
/// <param name="Stimulus">What is done.</param>
internal sealed record NumberedCase(int Number, string Name, string Stimulus)
{
    /// <summary>What <see cref="CaseAttribute"/> refers to.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Number} {Name}");
}
