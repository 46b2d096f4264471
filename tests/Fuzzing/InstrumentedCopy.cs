using SharpFuzz;

namespace Bridge.Fuzzing;

/// <summary>This program in a directory of its own, with the library changed so that it counts the ways taken through it.</summary>
internal sealed class InstrumentedCopy : IDisposable
{
    private const string Library = "CniInvoker.dll";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fuzzing-");

    public InstrumentedCopy()
    {
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(_directory.FullName, Path.GetFileName(file)));

        Fuzzer.Instrument(Path.Combine(_directory.FullName, Library), _ => true, Options.Value);
    }

    /// <summary>The copied program.</summary>
    public string Program => Path.Combine(_directory.FullName, Path.GetFileName(typeof(InstrumentedCopy).Assembly.GetName().Name!));

    /// <summary>A path for what a loop and its watcher share.</summary>
    public string Record(string target) => Path.Combine(_directory.FullName, $"{target}.record");

    public void Dispose() => _directory.Delete(recursive: true);
}
