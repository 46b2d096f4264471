using Bridge.Conformance;
using Bridge.TestResults;

const string Usage = "usage: Conformance (write | check) RESULTS PAGE";
string[] needed = ["CniInvoker.Tests*.xml", "Adapter.Tests*.xml", "engine-*.xml"];
string[] possible = ["Plugin.Tests-*.xml"];

if (args is not [("write" or "check") and var verb, var directory, var page])
{
    Console.Error.WriteLine(Usage);
    return 2;
}

try
{
    var missing = needed.Where(pattern => !Directory.Exists(directory) || Directory.GetFiles(directory, pattern).Length == 0).ToList();
    if (missing.Count > 0)
    {
        Console.Error.WriteLine($"{directory} has no results {string.Join(", ", missing)}; `./bridge test` makes them.");
        return 1;
    }

    var outcomes = needed.Concat(possible)
        .SelectMany(pattern => Directory.GetFiles(directory, pattern).Order(StringComparer.Ordinal))
        .SelectMany(file => ResultFile.Tests(ResultFile.Load(file)))
        .ToList();
    var conformity = Conformity.Of(Requirements.All, Cases.All, outcomes);
    var shortcomings = conformity.Shortcomings(outcomes);
    var text = ConformancePage.Write(conformity);
    if (verb == "write")
    {
        File.WriteAllText(page, text);
        Console.WriteLine($"{page}: {Requirements.All.Count} requirements, {Cases.All.Count} cases");
        shortcomings.ToList().ForEach(Console.Error.WriteLine);
        return 0;
    }

    var written = File.ReadAllText(page).Split('\n');
    var differences = text.Split('\n').Except(written).Select(line => $"the tests say, and the page does not: {line}")
        .Concat(written.Except(text.Split('\n')).Select(line => $"the page says, and the tests do not: {line}"));
    var complaints = shortcomings.Concat(differences).ToList();
    if (complaints.Count == 0 && !written.SequenceEqual(text.Split('\n')))
        complaints.Add($"{page} has its lines in another order than `./bridge conformance` writes them");

    complaints.ForEach(Console.Error.WriteLine);
    Console.WriteLine(complaints.Count == 0 ? $"{page} says what the tests have shown." : "Where the tests are right: `./bridge conformance`.");
    return complaints.Count == 0 ? 0 : 1;
}
catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
