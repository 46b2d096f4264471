namespace Bridge.Fuzzing.Targets;

/// <summary>The library read an input, but not as it says it does.</summary>
/// <param name="promise">What the library promises: the same words for every input that breaks it.</param>
/// <param name="found">What was found instead.</param>
internal sealed class BrokenPromiseException(string promise, string found) : Exception($"{promise} Found: {found}")
{
    public string Promise => promise;
}
