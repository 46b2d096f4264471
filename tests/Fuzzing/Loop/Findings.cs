using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Bridge.Fuzzing.Targets;

namespace Bridge.Fuzzing.Loop;

/// <summary>
/// Inputs that the library did not bear, one for each way of not bearing them, as files: NAME.input, and NAME.txt with what happened.
/// </summary>
internal sealed partial class Findings(string directory, string target)
{
    private readonly HashSet<string> _kinds = [];

    public int Count => _kinds.Count;

    /// <summary>
    /// What is the same in all inputs that fail in the same way: the broken promise, or the exception and the place in the library.
    /// </summary>
    public static string Kind(Exception failure) => failure is BrokenPromiseException broken
        ? broken.Promise
        : $"{failure.GetType().Name} {InLibrary().Match(failure.StackTrace ?? "").Value}";

    public bool IsNew(string kind) => !_kinds.Contains(kind);

    public void Save(string kind, byte[] input, string story)
    {
        _kinds.Add(kind);
        Directory.CreateDirectory(directory);
        var name = Path.Combine(directory, $"{target}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes($"{name}.input", input);
        File.WriteAllBytes($"{name}.txt", Encoding.UTF8.GetBytes(story + Environment.NewLine)); // A story may quote what is not Unicode.
        Console.WriteLine($"{target}: finding {name}.input: {story.Split('\n')[0]}");
    }

    [GeneratedRegex(@"at CniInvoker\.[^(]*")]
    private static partial Regex InLibrary();
}
