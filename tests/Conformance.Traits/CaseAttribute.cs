using System.Globalization;

namespace Bridge.Conformance;

/// <summary>The test shows one of the numbered cases in which runtimes are compared with libcni, or a part of it.</summary>
/// <param name="number">1 to 54.</param>
/// <param name="name">As in the catalogue, so that a reader of the test needs no list of numbers.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class CaseAttribute(int number, string name)
    : ShowsAttribute(ConformanceTraits.Case, string.Create(CultureInfo.InvariantCulture, $"{number} {name}"));
