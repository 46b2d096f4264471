using System.CommandLine;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli.Manual;

/// <param name="Name">Without the section.</param>
/// <param name="Section">8 for commands, 5 for files.</param>
/// <param name="Text">In roff.</param>
internal sealed record ManualPage(string Name, int Section, string Text)
{
    /// <summary>Below a directory of man's path.</summary>
    public string File => $"man{Section}/{Name}.{Section}";
}

/// <summary>The manual: a page for each command, and one for the settings file.</summary>
internal static class ManualPages
{
    public const string SettingsName = "cnm-cni.yaml";

    /// <param name="root">With all commands.</param>
    /// <param name="date">The date on the pages.</param>
    public static IReadOnlyList<ManualPage> All(Command root, DateTimeOffset date)
    {
        var pages = CommandPage.All(root).ToArray();
        return [.. pages.Select(page => Of(page, pages, date)), Settings(date)];
    }

    /// <summary>As a person types them: <c>networks-create</c>.</summary>
    public static IEnumerable<string> Names(Command root) =>
        CommandPage.All(root).Skip(1).Select(page => NameOf(page)["cnm-cni-".Length..]).Append(SettingsName);

    private static ManualPage Of(CommandPage page, IReadOnlyList<CommandPage> all, DateTimeOffset date)
    {
        var name = NameOf(page);
        var roff = new Roff(name, 8, date);
        roff.Heading("NAME").Text($"{name} - {InName(page.Summary)}");
        roff.Heading("SYNOPSIS");
        foreach (var (index, usage) in page.Usages.Index())
            (index > 0 ? roff.Break() : roff).Synopsis(page.Name, usage);

        Paragraphs(roff.Heading("DESCRIPTION"), page.Description);

        Section(roff, "ARGUMENTS", page.Arguments);
        Section(roff, "COMMANDS", page.Commands);
        Section(roff, "OPTIONS", page.Options);
        Examples(roff, page.Notes.Examples);
        Section(roff, "ENVIRONMENT", page.Notes.Environment);
        Section(roff, "FILES", page.Notes.Files);
        Section(roff, "EXIT STATUS", page.Notes.ExitCodes);
        roff.Heading("SEE ALSO").Text(string.Join(", ", SeeAlso(page, all)));
        return new ManualPage(name, 8, roff.ToString());
    }

    private static ManualPage Settings(DateTimeOffset date)
    {
        var roff = new Roff(SettingsName, 5, date);
        roff.Heading("NAME").Text($"{SettingsName} - settings of cnm-cni");
        roff.Heading("SYNOPSIS").File(SettingsFile.DefaultPath);
        Paragraphs(roff.Heading("DESCRIPTION"),
            [
                .. SettingsMeaning.Introduction,
                "A key with a dot stands in a section: timeouts.add is the key add of the mapping timeouts.",
            ]);
        roff.Heading("SETTINGS");
        foreach (var (key, value, allowed) in SettingsTable.Keys)
            roff.Entry(key, $"{SettingsMeaning.Of(key)} Default: {value}. Allowed: {allowed}.");

        roff.Heading("SEE ALSO").Text("cnm-cni(8), cnm-cni-serve(8), cnm-cni-settings(8)");
        return new ManualPage(SettingsName, 5, roff.ToString());
    }

    private static void Paragraphs(Roff roff, IReadOnlyList<string> paragraphs)
    {
        foreach (var (index, paragraph) in paragraphs.Index())
            _ = index > 0 ? roff.Paragraph(paragraph) : roff.Text(paragraph);
    }

    private static void Section(Roff roff, string heading, IReadOnlyList<Entry> entries)
    {
        if (entries.Count > 0)
            roff.Heading(heading);

        foreach (var (term, meaning) in entries)
            roff.Entry(term, meaning);
    }

    private static void Examples(Roff roff, IReadOnlyList<Entry> examples)
    {
        if (examples.Count > 0)
            roff.Heading("EXAMPLES");

        foreach (var (index, (line, meaning)) in examples.Index())
        {
            var what = $"{char.ToUpperInvariant(meaning[0])}{meaning[1..]}:";
            (index > 0 ? roff.Paragraph(what) : roff.Text(what)).Example(line);
        }
    }

    private static string NameOf(CommandPage page) => page.Name.Replace(' ', '-');

    // A page's relatives: the command above it, those beside it in its notes, those below.
    private static IEnumerable<string> SeeAlso(CommandPage page, IReadOnlyList<CommandPage> all)
    {
        var above = all.Where(other => page.Name.StartsWith($"{other.Name} ", StringComparison.Ordinal)).Select(NameOf);
        var below = all.Where(other => other.Name.StartsWith($"{page.Name} ", StringComparison.Ordinal)
            && !other.Name[(page.Name.Length + 1)..].Contains(' ')).Select(NameOf);
        return above.Concat(page.Notes.SeeAlso).Concat(below).Distinct().Select(name => $"{name}(8)").Append($"{SettingsName}(5)");
    }

    // "cnm-cni - puts containers on …": after the dash neither a capital nor a dot.
    private static string InName(string summary)
    {
        var clause = summary.TrimEnd('.');
        return clause is [_, >= 'a' and <= 'z', ..] ? $"{char.ToLowerInvariant(clause[0])}{clause[1..]}" : clause;
    }
}
