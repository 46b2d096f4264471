using System.Diagnostics;
using System.Xml.Linq;
using static Bridge.Conformance.Tests.Outcomes;

namespace Bridge.Conformance.Tests;

/// <summary>The program itself, on result files.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("conformance-").FullName;

    private string Page => Path.Combine(_directory, "conformance.md");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_page_that_was_written_from_every_row_passes_until_a_line_of_it_is_changed()
    {
        WriteResults(Everything());

        (await RunAsync("write")).Should().Be((0, ""));
        (await RunAsync("check")).Should().Be((0, ""));
        await File.AppendAllTextAsync(Page, "edited by hand", Cancellation);

        var (exitCode, error) = await RunAsync("check");
        exitCode.Should().Be(1);
        error.Should().Contain("the page says, and the tests do not: edited by hand");
    }

    [Fact]
    public async Task A_page_is_written_with_its_gaps_and_does_not_pass_with_them()
    {
        WriteResults([.. Everything().Skip(1)]);

        (await RunAsync("write")).Should().Be((0, "no passed test shows \"name-characters\"\n"));
        (await RunAsync("check")).Should().Be((1, "no passed test shows \"name-characters\"\n"));
    }

    [Fact]
    public async Task Without_the_results_of_every_suite_nothing_is_written()
    {
        WriteResults(Everything());
        File.Delete(Path.Combine(_directory, "engine-28.5.xml"));

        var (exitCode, error) = await RunAsync("write");

        exitCode.Should().Be(1);
        error.Should().Contain("no results engine-*.xml");
        File.Exists(Page).Should().BeFalse();
    }

    private static XElement[] Everything() =>
    [
        .. Requirements.All.Where(requirement => requirement.PluginsOwn is null).Select(requirement => Passed("A", new SpecAttribute(requirement.Id))),
        .. Cases.All.Select(numbered => Passed("B", new CaseAttribute(numbered.Number, numbered.Name))),
    ];

    // Each suite has some of them.
    private void WriteResults(XElement[] tests)
    {
        string[] files = ["CniInvoker.Tests.xml", "Adapter.Tests.xml", "engine-28.5.xml"];
        foreach (var (file, number) in files.Select((file, number) => (file, number)))
            new XElement("assemblies", tests.Where((_, index) => index % files.Length == number)).Save(Path.Combine(_directory, file));
    }

    private async Task<(int ExitCode, string Error)> RunAsync(string verb)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Requirement).Assembly.Location, verb, _directory, Page]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await output;
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, error);
    }
}
