using System.Security.Cryptography;

namespace Bridge.Fuzzing.Loop;

/// <summary>
/// A target's inputs as files in a folder of its name: some written by hand, others found, which are named for their content.
/// </summary>
internal sealed class CorpusFiles(string directory, string target)
{
    private readonly string _folder = Path.Combine(directory, target);

    /// <summary>The inputs in the order of their names, so that the same seed gives the same run.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such corpus.</exception>
    public IReadOnlyList<byte[]> Read() => [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public void Add(byte[] input) =>
        File.WriteAllBytes(Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(input))[..12]), input);
}
