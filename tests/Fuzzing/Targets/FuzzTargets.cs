namespace Bridge.Fuzzing.Targets;

/// <summary>The targets by name; a target's corpus is the folder of that name.</summary>
internal static class FuzzTargets
{
    public static readonly IReadOnlyList<string> Names = ["configuration", "result", "answer", "record"];

    public static IFuzzTarget Create(string name) => name switch
    {
        "configuration" => new ConfigurationTarget(),
        "result" => new ResultTarget(),
        "answer" => new AnswerTarget(),
        "record" => new RecordTarget(),
        _ => throw new ArgumentException($"There is no target \"{name}\"; there are {string.Join(", ", Names)}.", nameof(name)),
    };
}
