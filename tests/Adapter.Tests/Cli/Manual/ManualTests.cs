using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Cli.Cni;
using Bridge.Adapter.Cli.Manual;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Cli.Manual;

/// <summary>The manual, and <c>--help</c>, say the same of every command.</summary>
public sealed class ManualTests
{
    private static readonly DateTimeOffset Day = DateTimeOffset.FromUnixTimeSeconds(1_764_460_800);

    [Fact]
    public void Every_command_has_an_example_and_every_note_a_command()
    {
        var pages = CommandPage.All(Root()).ToArray();

        pages.Where(page => page.Notes.Examples.Count == 0 && page.Name != "cnm-cni version").Select(page => page.Name).Should().BeEmpty();
        DaemonNotes.All.Keys.Concat(OperatorNotes.All.Keys).Concat(CniNotes.All.Keys).Should().BeSubsetOf(pages.Select(page => page.Name));
    }

    [Fact]
    public void Every_example_of_cnm_cni_is_a_command_line_that_it_understands()
    {
        var lines = CommandPage.All(Root()).SelectMany(page => page.Notes.Examples).Select(example => example.Term)
            .Where(line => line.StartsWith("cnm-cni ", StringComparison.Ordinal));

        foreach (var line in lines)
        {
            var words = line.Split([" > ", " | "], StringSplitOptions.None)[0].Split(' ')[1..];
            CommandLine.Build([], NoDaemon, Nothing).Parse(words).Errors.Select(error => error.Message).Should().BeEmpty(line);
        }
    }

    [Fact]
    public void Every_sentence_of_help_is_in_the_manual()
    {
        var manual = ManualPages.All(Root(), Day).ToDictionary(page => page.Name, page => Plain(page.Text));
        foreach (var page in CommandPage.All(Root()))
        {
            var help = new StringWriter();
            HelpPage.Write(page, width: 10_000, help);
            var text = manual[page.Name.Replace(' ', '-')];
            foreach (var part in page.Arguments.Concat(page.Options).Concat(page.Commands)
                .SelectMany(entry => new[] { entry.Term, entry.Meaning }))
            {
                help.ToString().Should().Contain(part, page.Name);
                text.Should().Contain(part, page.Name);
            }

            foreach (var paragraph in page.Description)
                text.Should().Contain(paragraph, page.Name);
        }
    }

    [Fact]
    public void Every_option_of_every_command_is_in_its_page()
    {
        foreach (var (command, page) in Commands(Root()).Zip(CommandPage.All(Root())))
        {
            foreach (var option in command.Options.Where(option => !option.Hidden))
                page.Options.Should().Contain(entry => entry.Term.Contains(option.Name, StringComparison.Ordinal)
                    && entry.Meaning.Length > 0, page.Name);

            page.Arguments.Should().HaveCount(command.Arguments.Count, page.Name);
            page.Arguments.Where(argument => argument.Meaning.Length == 0).Should().BeEmpty(page.Name);
            page.Commands.Should().HaveCount(command.Subcommands.Count(sub => !sub.Hidden));
            page.Summary.Should().NotBeEmpty();
        }
    }

    [Fact]
    public void The_tables_of_the_document_have_each_command_once_with_its_options()
    {
        var pages = CommandPage.All(Root()).Skip(1)
            .Where(page => !page.Name.StartsWith("cnm-cni cni ", StringComparison.Ordinal)).ToArray();
        var rows = SourceTree.Lines("docs/cli.md").Where(line => line.StartsWith("| `cnm-cni ", StringComparison.Ordinal))
            .Select(line => line.Split(" | ")[0][3..]).ToLookup(usage => pages
                .Where(page => $"{usage.Replace('`', ' ')} ".StartsWith($"{page.Name} ", StringComparison.Ordinal))
                .MaxBy(page => page.Name.Length)?.Name);

        rows.Select(row => row.Key).Should().BeEquivalentTo(pages.Select(page => page.Name));
        foreach (var page in pages)
        {
            var usage = rows[page.Name].Should().ContainSingle().Which;
            page.Options.Select(option => $"--{Regex.Match(option.Term, "--([a-z-]+)").Groups[1].Value}").Except(["--help"])
                .Where(option => !usage.Contains(option, StringComparison.Ordinal)).Should().BeEmpty(page.Name);
        }
    }

    [Fact]
    public void Every_setting_is_in_the_page_of_the_settings_file()
    {
        var page = Plain(ManualPages.All(Root(), Day).Single(page => page.Name == ManualPages.SettingsName).Text);

        SettingsTable.Keys.Should().HaveCountGreaterThan(30);
        SettingsTable.Keys.Where(key => SettingsMeaning.Of(key.Key).Length == 0).Should().BeEmpty();
        foreach (var (key, value, allowed) in SettingsTable.Keys)
            page.Should().Contain($"{SettingsMeaning.Of(key)} Default: {value}. Allowed: {allowed}.");
    }

    [Fact]
    public async Task The_pages_are_written_with_the_date_of_the_source()
    {
        var directory = Directory.CreateTempSubdirectory("man-");
        try
        {
            var output = new StringWriter();
            (await CommandLine.RunAsync(
                ["man", "--output", directory.FullName], NoDaemon, new InvocationConfiguration { Output = output },
                name => name == "SOURCE_DATE_EPOCH" ? "1764460800" : null, Cancellation)).Should().Be(0);

            var pages = ManualPages.All(Root(), Day);
            output.ToString().TrimEnd().Split('\n').Should().Equal(pages.Select(page => Path.Combine(directory.FullName, page.File)));
            foreach (var page in pages)
                (await File.ReadAllTextAsync(Path.Combine(directory.FullName, page.File), Cancellation)).Should().Be(page.Text)
                    .And.Contain("\"2025-11-30\"");

            await RequireNoWarningAsync(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("man status", 0, "CNM\\-CNI\\-STATUS 8")]
    [InlineData("man networks create", 0, "CNM\\-CNI\\-NETWORKS\\-CREATE 8")]
    [InlineData("man cnm-cni.yaml", 0, "CNM\\-CNI.YAML 5")]
    [InlineData("man", 0, "CNM\\-CNI 8")]
    [InlineData("man statsu", 2, "There is no page statsu. Pages: cnm-cni, cnm-cni-serve")]
    [InlineData("man status --output x", 2, "--output writes every page; leave PAGE out.")]
    [InlineData("man --output ", 2, "--output: the name of the directory is empty.")]
    public async Task A_page_is_found_by_the_words_of_its_command(string line, int exitCode, string text)
    {
        var output = new StringWriter();

        (await CommandLine.RunAsync(
            line.Split(' '), NoDaemon, new InvocationConfiguration { Output = output, Error = output }, cancellationToken: Cancellation))
            .Should().Be(exitCode);

        output.ToString().Should().Contain(text);
    }

    private static CniEnvironment Nothing => new(_ => null);

    private static RootCommand Root() => CommandLine.Build([], NoDaemon, Nothing);

    private static Task<int> NoDaemon(AdapterSettings settings, CancellationToken cancellationToken) => Task.FromResult(0);

    private static IEnumerable<Command> Commands(Command command) =>
        [command, .. command.Subcommands.Where(sub => !sub.Hidden).SelectMany(Commands)];

    // What a reader sees of a page, on one line.
    private static string Plain(string roff) => string.Join(' ', roff.Split('\n')
            .Select(line => line.StartsWith(".B ", StringComparison.Ordinal)
                ? line[3..]
                : line.Replace("\\&", "", StringComparison.Ordinal)))
        .Replace("\\-", "-", StringComparison.Ordinal).Replace("\\(aq", "'", StringComparison.Ordinal)
        .Replace("\\(dq", "\"", StringComparison.Ordinal).Replace("\\(ga", "`", StringComparison.Ordinal)
        .Replace("\\(ti", "~", StringComparison.Ordinal).Replace("\\(ha", "^", StringComparison.Ordinal)
        .Replace("\\e", "\\", StringComparison.Ordinal);

    private static async Task RequireNoWarningAsync(string directory)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mandoc"), "mandoc is not installed");
        var pages = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories);
        using var lint = Process.Start(new ProcessStartInfo("mandoc", ["-T", "lint", .. pages]) { RedirectStandardOutput = true })!;
        (await lint.StandardOutput.ReadToEndAsync(Cancellation)).Should().BeEmpty();
        await lint.WaitForExitAsync(Cancellation);
        lint.ExitCode.Should().Be(0);
    }
}
