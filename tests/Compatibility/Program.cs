using Bridge.Compatibility;

const string Usage = "usage: Compatibility (write | check) RESULTS PAGE";

if (args is not [("write" or "check") and var verb, var directory, var page])
{
    Console.Error.WriteLine(Usage);
    return 2;
}

try
{
    var results = EngineResults.ReadAll(directory);
    if (results.Count == 0)
    {
        Console.Error.WriteLine($"No results of engine tests are in {directory}; `./bridge test --engine` makes those of this machine's Docker.");
        return 1;
    }

    return verb == "write" ? Write() : Check();

    int Write()
    {
        var lost = File.Exists(page) ? WrittenMatrix.Parse(File.ReadAllText(page)).Engines.Except(results.Select(engine => engine.Engine)).ToList() : [];
        if (lost.Count > 0)
        {
            Console.Error.WriteLine($"{page} has Docker {string.Join(", ", lost)} too, of which there are no results in {directory}.");
            Console.Error.WriteLine(string.Join('\n', lost.Select(engine => $"  BRIDGE_ENGINE={engine} ./bridge test --engine")));
            return 1;
        }

        File.WriteAllText(page, MatrixDocument.Write(Matrix.Of(results), results));
        Console.WriteLine($"{page}: Docker {string.Join(", ", results.Select(engine => engine.Engine))}");
        return 0;
    }

    int Check()
    {
        var differences = Comparison.Differences(WrittenMatrix.Parse(File.ReadAllText(page)), Matrix.Of(results));
        if (differences.Count == 0)
        {
            Console.WriteLine($"{page} says what the tests have shown on Docker {string.Join(", ", results.Select(engine => engine.Engine))}.");
            return 0;
        }

        Console.Error.WriteLine($"{page} does not say what the tests have shown:");
        Console.Error.WriteLine(string.Join('\n', differences.Select(difference => $"  {difference}")));
        Console.Error.WriteLine("Where the tests are right: run them on every engine of the page, then `./bridge compatibility`.");
        return 1;
    }
}
catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
