namespace Bridge.Adapter.Doctor;

/// <summary>How much a finding weighs, the heaviest first.</summary>
internal enum Weight
{
    /// <summary>Containers cannot be attached, or their traffic does not pass.</summary>
    Error,

    /// <summary>It works now or in part, and will fail or harms something.</summary>
    Warning,

    /// <summary>Worth knowing. Changes no exit code.</summary>
    Note,

    /// <summary>The check could not be made.</summary>
    NotChecked,
}

/// <summary>What a check says of this host.</summary>
/// <param name="Weight">How much it weighs.</param>
/// <param name="What">What is wrong, as a sentence; of a check that could not be made: why, as a clause.</param>
/// <param name="Why">Why that matters, as a sentence; empty where the check could not be made.</param>
/// <param name="Commands">The commands that mend it, in their order; where only a person can decide, those that show more.</param>
internal sealed record Finding(Weight Weight, string What, string Why, IReadOnlyList<string> Commands)
{
    /// <summary>The CNI network that it is about; null where it is about the host.</summary>
    public string? Network { get; init; }

    public static Finding Error(string what, string why, params IReadOnlyList<string> commands) => new(Weight.Error, what, why, commands);

    public static Finding Warning(string what, string why, params IReadOnlyList<string> commands) =>
        new(Weight.Warning, what, why, commands);

    public static Finding Note(string what, string why, params IReadOnlyList<string> commands) => new(Weight.Note, what, why, commands);

    public static Finding NotChecked(string why) => new(Weight.NotChecked, why, "", []);
}
