namespace Bridge.Conformance.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void Every_row_has_a_name_of_its_own()
    {
        Requirements.All.Select(requirement => requirement.Id).Should().OnlyHaveUniqueItems();
        Cases.All.Select(numbered => numbered.Name).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_cases_are_numbered_from_1_to_54() => Cases.All.Select(numbered => numbered.Number).Should().Equal(Enumerable.Range(1, 54));

    [Fact]
    public void What_is_not_a_runtimes_duty_says_what_becomes_of_it() =>
        Requirements.All.Should().AllSatisfy(requirement =>
            (requirement.Otherwise is null && requirement.PluginsOwn is null).Should().Be(requirement.Duty == Duty.Runtime, requirement.Id));
}
