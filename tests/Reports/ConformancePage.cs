using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Bridge.Reports;

/// <summary>docs/reference/conformance.md. Nothing in it depends on the engine of a run.</summary>
internal static partial class ConformancePage
{
    private const string Introduction = """
        # Conformance

        What the CNI specification 1.1.0 demands of a runtime, and how `CniInvoker` compares with libcni 1.3.0, the reference in Go.
        Each row lists the tests that show it.
        Written by `./bridge conformance` from the results of the tests ([testing.md](../testing.md)) and `tests/Reports/Catalogue`.
        Do not edit it.

        **Demanded of** is the runtime, the plugin, or the author of a configuration (format). Where it is not the runtime, the row says what
        CniInvoker does with a plugin or a file that falls short, and the tests show that.
        *The plugin's own* is what a runtime cannot influence.
        **Beside libcni** says *same*, or what libcni does and what CniInvoker does instead (**Here**).

        """;

    public static string Write(Conformity conformity)
    {
        var page = new StringBuilder(Introduction).Append("\n## The specification\n\n");
        page.Append("Every \"must\" and \"required\" of its sections 1 to 5, and the steps of section 3.\n");
        foreach (var section in conformity.Requirements.GroupBy(row => row.Requirement.Section))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {section.Key}\n\n");
            MarkdownRow.Write(page, "requirement", "demanded of", "tests", "beside libcni");
            page.Append("|---|---|---|---|\n");
            foreach (var (requirement, evidence) in section)
            {
                var demandedOf = requirement.Duty.ToString().ToLowerInvariant();
                MarkdownRow.Write(page, Text(requirement), demandedOf, Tests(requirement, evidence), Comparison(requirement, evidence));
            }
        }

        page.Append("\n## Cases\n\nWhat the specification leaves open, or runtimes have got wrong.\n\n");
        MarkdownRow.Write(page, "", "case", "what is done", "tests", "beside libcni");
        page.Append("|---|---|---|---|---|\n");
        foreach (var (numbered, evidence) in conformity.Cases)
        {
            var number = numbered.Number.ToString(CultureInfo.InvariantCulture);
            MarkdownRow.Write(page, number, numbered.Name, numbered.Stimulus, Tests(evidence), Comparison(evidence));
        }

        return page.ToString();
    }

    private static string Text(Requirement requirement) =>
        requirement.Otherwise is null ? requirement.Text : $"{requirement.Text} *Otherwise:* {requirement.Otherwise}.";

    private static string Tests(Requirement requirement, Evidence evidence) =>
        requirement.PluginsOwn is null ? Tests(evidence) : $"*the plugin's own*: {requirement.PluginsOwn}";

    private static string Tests(Evidence evidence) => evidence.IsShown ? string.Join("<br>", evidence.Tests.Select(Link)) : "**no test**";

    private static string Link(ShownBy test)
    {
        var sentence = Underscores().Replace(Points().Replace(test.Method, "."), " ");
        return test.SourceFile.Length == 0 ? sentence : $"[{sentence}](../../{test.SourceFile})";
    }

    private static string Comparison(Requirement requirement, Evidence evidence) =>
        requirement.PluginsOwn is null ? Comparison(evidence) : "";

    private static string Comparison(Evidence evidence)
    {
        var libcni = evidence.Libcni.Count == 0 ? "" : $"libcni: {string.Join("; ", evidence.Libcni)}.";
        return !evidence.IsShown ? ""
            : evidence.Ours.Count == 0 ? $"same{(libcni.Length == 0 ? "" : $" ({libcni.TrimEnd('.')})")}"
            : $"{libcni}{(libcni.Length == 0 ? "" : " ")}**Here:** {string.Join("; ", evidence.Ours)}.";
    }

    // 0_4_0 is a version.
    [GeneratedRegex(@"(?<=\d)_(?=\d)")]
    private static partial Regex Points();

    [GeneratedRegex("_+")]
    private static partial Regex Underscores();
}
