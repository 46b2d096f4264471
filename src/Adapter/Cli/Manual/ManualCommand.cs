using System.CommandLine;
using System.Globalization;
using Bridge.Adapter.Service;

namespace Bridge.Adapter.Cli.Manual;

/// <summary><c>cnm-cni man</c>: the manual pages, for those who install the program without a package, and for who builds one.</summary>
internal static class ManualCommand
{
    private static readonly Option<string?> Output = new("--output")
    {
        Description = "Write every page below this directory, as files such as man8/cnm-cni-status.8, and print their names.",
        HelpName = "DIRECTORY",
    };

    /// <param name="all">Makes the whole command line.</param>
    /// <param name="variables">Answers environment variables.</param>
    public static Command Build(Func<Command> all, Func<string, string?> variables)
    {
        var words = new Argument<string[]>("PAGE")
        {
            Description = $"A command, such as networks create, or {ManualPages.SettingsName}. Without it: the page of cnm-cni itself.",
            HelpName = "PAGE",
            Arity = ArgumentArity.ZeroOrMore,
            CompletionSources = { _ => ManualPages.Names(all()) },
        };
        var command = new Command("man", "Print a manual page, for man -l. All pages together are written to a directory.")
            { words, Output };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Output) is not null && result.GetValue(words) is { Length: > 0 })
                result.AddError("--output writes every page; leave PAGE out.");

            if (result.GetResult(Output)?.Tokens is [{ Value: "" }])
                result.AddError("--output: the name of the directory is empty.");
        });
        command.SetAction(parsed =>
        {
            var pages = ManualPages.All(all(), Date(variables("SOURCE_DATE_EPOCH")));
            var console = parsed.InvocationConfiguration;
            if (parsed.GetValue(Output) is { } directory)
            {
                Write(pages, directory, console.Output);
                return ExitCodes.Success;
            }

            var name = string.Join('-', parsed.GetValue(words) ?? []);
            if (pages.FirstOrDefault(page => page.Name == name || page.Name == $"cnm-cni-{name}" || (name.Length == 0 && page == pages[0]))
                is { } found)
            {
                console.Output.Write(found.Text);
                return ExitCodes.Success;
            }

            console.Error.WriteLine($"There is no page {name}. Pages: {string.Join(", ", pages.Select(page => page.Name))}.");
            return ExitCodes.Misuse;
        });
        return command;
    }

    private static void Write(IReadOnlyList<ManualPage> pages, string directory, TextWriter output)
    {
        try
        {
            foreach (var page in pages)
            {
                var file = Path.Combine(directory, page.File);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, page.Text);
                output.WriteLine(file);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException(ErrorDescription.OfFile(failed));
        }
    }

    // reproducible-builds.org/specs/source-date-epoch
    private static DateTimeOffset Date(string? epoch) =>
        long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= int.MaxValue * 8L
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : TimeProvider.System.GetUtcNow();
}
