namespace Bridge.TestHosts;

/// <summary>Finds the published cnm-cni to test.</summary>
public static class CnmCniBinary
{
    private const string Variable = "BRIDGE_BINARY";
    private const string Published = "artifacts/publish/Adapter/release/cnm-cni";

    /// <returns>The path in BRIDGE_BINARY, or the output of `dotnet publish src/Adapter`; null when neither exists.</returns>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured)
            return File.Exists(configured) ? configured : null;

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (Path.Combine(directory.FullName, Published) is var candidate && File.Exists(candidate))
                return candidate;
        }

        return null;
    }

    /// <exception cref="FileNotFoundException">No program; the message says how to build one.</exception>
    public static string Require() =>
        Find() ?? throw new FileNotFoundException(
            $"No cnm-cni to test: {Variable} names no file and {Published} does not exist. Build it with "
            + "`dotnet publish src/Adapter -c Release`, or say where it is: `export BRIDGE_BINARY=/path/to/cnm-cni`.");
}
