namespace Bridge.Benchmarks.Results;

/// <summary>The values of one case in one table.</summary>
/// <param name="What">The table: what was measured.</param>
/// <param name="Case">The row: on what.</param>
/// <param name="Unit">Of the values.</param>
/// <param name="Reference">The case of the same table to which this one is compared; null: none.</param>
/// <param name="Values">In the order of the rounds: values of one round were measured within seconds of each other.</param>
internal sealed record Series(string What, string Case, string Unit, string? Reference, IReadOnlyList<double> Values);

/// <summary>What one run has measured in one section.</summary>
/// <param name="Name">Of the section.</param>
/// <param name="Measured">Date, machine, versions and the exact command.</param>
/// <param name="Series">In the order of the tables.</param>
/// <param name="Notes">What could not be measured, and why.</param>
internal sealed record SectionResult(string Name, Origin Measured, IReadOnlyList<Series> Series, IReadOnlyList<string> Notes);

/// <summary>Where figures come from.</summary>
internal sealed record Origin(string Date, string Machine, string Engine, string Packages, string Program, string Command);
