using System.Diagnostics;
using System.Xml.Linq;
using static Bridge.Reports.Tests.Outcomes;

namespace Bridge.Reports.Tests;

/// <summary>The program itself, on result files.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("reports-").FullName;

    private string Page => Path.Combine(_directory, "conformance.md");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_page_that_was_written_from_every_row_passes_until_a_line_of_it_is_changed()
    {
        WriteResults(Everything());

        (await RunAsync("conformance", "write", _directory, Page)).Should().Be((0, ""));
        (await RunAsync("conformance", "check", _directory, Page)).Should().Be((0, ""));
        await File.AppendAllTextAsync(Page, "edited by hand", Cancellation);

        var (exitCode, error) = await RunAsync("conformance", "check", _directory, Page);
        exitCode.Should().Be(1);
        error.Should().Contain("the page says, and the tests do not: edited by hand");
    }

    [Fact]
    public async Task A_page_is_written_with_its_gaps_and_does_not_pass_with_them()
    {
        WriteResults([.. Everything().Skip(1)]);

        (await RunAsync("conformance", "write", _directory, Page)).Should().Be((0, "no passed test shows \"name-characters\"\n"));
        (await RunAsync("conformance", "check", _directory, Page)).Should().Be((1, "no passed test shows \"name-characters\"\n"));
    }

    [Fact]
    public async Task Without_the_results_of_every_suite_nothing_is_written()
    {
        WriteResults(Everything());
        File.Delete(Path.Combine(_directory, "engine-28.5.xml"));

        var (exitCode, error) = await RunAsync("conformance", "write", _directory, Page);

        exitCode.Should().Be(1);
        error.Should().Contain("no results engine-*.xml");
        File.Exists(Page).Should().BeFalse();
    }

    [Fact]
    public async Task The_last_line_of_a_summary_is_the_sum_of_all_suites()
    {
        var (first, second) = (Path.Combine(_directory, "First.xml"), Path.Combine(_directory, "Second.xml"));
        Results(Passed(), Failed("It_holds", "It does not."), Skipped("no time")).Save(first);
        Results(Passed(), Passed()).Save(second);

        var (exitCode, output, _) = await RunForOutputAsync("summary", first, "1", second, "0");

        exitCode.Should().Be(1);
        output.Should().Be("FAILED: It_holds\nIt does not.\n\n3 passed, 1 failed, 1 skipped\n");
        (await RunForOutputAsync("summary", second, "0")).Should().Be((0, "2 passed, 0 failed, 0 skipped\n", ""));
    }

    [Fact]
    public async Task A_suite_whose_results_are_missing_or_incomplete_counts_as_a_failure()
    {
        var incomplete = Path.Combine(_directory, "Half.xml");
        await File.WriteAllTextAsync(incomplete, "<assemblies><assembly>", Cancellation);

        var (exitCode, output, error) = await RunForOutputAsync("summary", incomplete, "134", Path.Combine(_directory, "None.xml"), "124");

        exitCode.Should().Be(1);
        error.Should().Contain("Half.xml is incomplete");
        output.Should().Be(
            "FAILED: Half wrote no results (exit code 134).\n\nFAILED: None wrote no results (exit code 124).\n\n0 passed, 2 failed, 0 " +
            "skipped\n");
    }

    [Fact]
    public async Task Another_engine_gets_a_column_beside_the_results_and_the_page_keeps_its_own_engines()
    {
        var (page, local) = (Path.Combine(_directory, "page.md"), Path.Combine(_directory, "compatibility.md"));
        foreach (var engine in new[] { "20.10", "28.5" })
            Results(Passed(new FeatureAttribute(Ports))).Save(Path.Combine(_directory, $"engine-{engine}.xml"));

        (await RunAsync("compatibility", "write", _directory, page, "20.10", "28.5")).Should().Be((0, ""));
        var written = await File.ReadAllTextAsync(page, Cancellation);
        File.Exists(local).Should().BeFalse();
        Results(Passed(new FeatureAttribute(Ports)), Passed(new FeatureAttribute("Published ports: another")))
            .Save(Path.Combine(_directory, "engine-29.1.xml"));

        (await RunAsync("compatibility", "check", _directory, page, "20.10", "28.5")).Should().Be((0, ""));
        (await RunAsync("compatibility", "write", _directory, page, "20.10", "28.5")).Should().Be((0, ""));
        (await File.ReadAllTextAsync(page, Cancellation)).Should().Be(written);
        (await File.ReadAllTextAsync(local, Cancellation)).Should().Contain("| ranges | yes (1) | yes (1) | yes (1) |");

        (await RunAsync("compatibility", "write", _directory, page, "20.10", "28.5", "29.1")).Should().Be((0, ""));
        (await File.ReadAllTextAsync(page, Cancellation)).Should().Contain("| feature | 20.10 | 28.5 | 29.1 |");
    }

    private static XElement[] Everything() =>
    [
        .. Requirements.All.Where(requirement => requirement.PluginsOwn is null).Select(
            requirement => Passed("A", new SpecAttribute(requirement.Id))),
        .. Cases.All.Select(numbered => Passed("B", new CaseAttribute(numbered.Number, numbered.Name))),
    ];

    // Each suite has some of them.
    private void WriteResults(XElement[] tests)
    {
        string[] files = ["CniInvoker.Tests.xml", "Adapter.Tests.xml", "engine-28.5.xml"];
        foreach (var (file, number) in files.Select((file, number) => (file, number)))
            new XElement("assemblies", tests.Where((_, index) => index % files.Length == number)).Save(Path.Combine(_directory, file));
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        var (exitCode, _, error) = await RunForOutputAsync(arguments);
        return (exitCode, error);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunForOutputAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Requirement).Assembly.Location, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("CI");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, await output, error);
    }
}
