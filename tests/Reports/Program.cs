using System.Xml.Linq;
using Bridge.Reports;

const string Usage = """
    usage: Reports compatibility (write | check) RESULTS PAGE [ENGINE...]
           Reports conformance (write | check) RESULTS PAGE
           Reports summary (RESULT_FILE EXIT_CODE)...
    """;
string[] conformanceSuites = ["CniInvoker.Tests*.xml", "Adapter.Tests*.xml", "engine-*.xml"];
const string OptionalSuite = "Plugin.Tests-*.xml";

try
{
    return args switch
    {
        ["compatibility", ("write" or "check") and var verb, var directory, var page, .. var engines] =>
            Compatibility(verb, directory, page, [.. engines.Select(Version.Parse)]),
        ["conformance", ("write" or "check") and var verb, var directory, var page] => Conformance(verb, directory, page),
        ["summary", _, _, ..] when args.Length % 2 == 1 => Summary(args[1..]),
        _ => Fail(2, Usage),
    };
}
catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
{
    return Fail(1, exception.Message);
}

int Fail(int exitCode, params IEnumerable<string> lines)
{
    Console.Error.WriteLine(string.Join('\n', lines));
    return exitCode;
}

int Summary(string[] suites)
{
    var isEverythingInstalled = Environment.GetEnvironmentVariable("CI") == "true";
    var sum = TestSummary.Sum([.. suites.Chunk(2).Select(pair => SummaryOf(pair[0], pair[1], isEverythingInstalled))]);
    Console.WriteLine(sum);
    return sum.Failed == 0 ? 0 : 1;
}

TestSummary SummaryOf(string file, string exitCode, bool isEverythingInstalled)
{
    XElement? results = null;
    try
    {
        results = File.Exists(file) ? TestOutcome.Load(file) : null;
    }
    catch (InvalidDataException exception)
    {
        Console.Error.WriteLine(exception.Message);
    }

    return TestSummary.Of(
        Path.GetFileNameWithoutExtension(file), results, int.TryParse(exitCode, out var parsed) ? parsed : 1, isEverythingInstalled);
}

// The page has its own engines and the named ones; without names, all that have results. With results of further engines (such as one of
// a tree that a person has made) a second page, beside the results, has all of them.
int Compatibility(string verb, string directory, string page, IReadOnlyList<Version> named)
{
    var all = EngineResults.ReadAll(directory);
    if (all.Count == 0)
        return Fail(1, $"{directory} has no results of engine tests; `./bridge test --engine` makes those of this machine's Docker.");

    var written = File.Exists(page) ? CompatibilityPage.EnginesOf(File.ReadAllText(page)) : [];
    var results = named.Count == 0 ? all : [.. all.Where(result => written.Contains(result.Engine) || named.Contains(result.Engine))];
    var matrix = Matrix.Of(results);
    var engines = $"Docker {string.Join(", ", matrix.Engines)}";
    if (results.Count == 0 && (verb == "check" || written.Count == 0))
    {
        return Fail(1, $"{directory} has no results of the engines of {page}; " +
            "`./bridge test --engine` makes those of this machine's Docker.");
    }

    if (verb == "check")
    {
        var differences = CompatibilityPage.Differences(File.ReadAllText(page), matrix);
        if (differences.Count > 0)
        {
            return Fail(1, [
                $"{page} contradicts the tests:", .. differences.Select(difference => $"  {difference}"),
                "If the tests are right, run them on every engine of the page, then `./bridge compatibility`."]);
        }

        Console.WriteLine($"{page} agrees with the tests on {engines}.");
        return 0;
    }

    if (results.Count < all.Count)
    {
        var local = Path.Combine(directory, "compatibility.md");
        File.WriteAllText(local, CompatibilityPage.Write(Matrix.Of(all), all));
        Console.WriteLine($"{local}: Docker {string.Join(", ", all.Select(result => result.Engine))}");
    }

    var lost = written.Except(matrix.Engines).ToList();
    if (lost.Count > 0)
    {
        return Fail(1, [
            $"{page} has Docker {string.Join(", ", lost)} too, but {directory} has no results of it. Run first:",
            .. lost.Select(engine => $"  BRIDGE_ENGINE={engine} ./bridge test --engine")]);
    }

    File.WriteAllText(page, CompatibilityPage.Write(matrix, results));
    Console.WriteLine($"{page}: {engines}");
    return 0;
}

int Conformance(string verb, string directory, string page)
{
    var missing = conformanceSuites.Where(pattern => FilesOf(pattern).Length == 0).ToList();
    if (missing.Count > 0)
        return Fail(1, $"{directory} has no results {string.Join(", ", missing)}; `./bridge test` makes them.");

    var outcomes = conformanceSuites.Append(OptionalSuite)
        .SelectMany(pattern => FilesOf(pattern).Order(StringComparer.Ordinal))
        .SelectMany(file => TestOutcome.All(TestOutcome.Load(file)))
        .ToList();
    var conformity = Conformity.Of(Requirements.All, Cases.All, outcomes);
    var shortcomings = conformity.Shortcomings(outcomes).ToList();
    var text = ConformancePage.Write(conformity);
    if (verb == "write")
    {
        File.WriteAllText(page, text);
        Console.WriteLine($"{page}: {Requirements.All.Count} requirements, {Cases.All.Count} cases");
        shortcomings.ForEach(Console.Error.WriteLine);
        return 0;
    }

    var (expected, written) = (text.Split('\n'), File.ReadAllText(page).Split('\n'));
    List<string> complaints =
    [
        .. shortcomings,
        .. expected.Except(written).Select(line => $"the tests say, and the page does not: {line}"),
        .. written.Except(expected).Select(line => $"the page says, and the tests do not: {line}"),
    ];
    if (complaints.Count == 0 && !written.SequenceEqual(expected))
        complaints.Add($"{page} has its lines in another order than `./bridge conformance` writes them");

    complaints.ForEach(Console.Error.WriteLine);
    Console.WriteLine(complaints.Count == 0 ? $"{page} agrees with the tests." : "If the tests are right: `./bridge conformance`.");
    return complaints.Count == 0 ? 0 : 1;

    string[] FilesOf(string pattern) => Directory.Exists(directory) ? Directory.GetFiles(directory, pattern) : [];
}
