namespace Bridge.Adapter.Reload;

/// <summary>What is left of an attachment's rules of one part, in one back end; the worst first.</summary>
internal enum RuleState
{
    /// <summary>Some of its own rules are not there.</summary>
    Missing,

    /// <summary>All of its own rules are there; some that lead to them, or that all attachments share, are not.</summary>
    Unreached,

    Whole,
}

internal static class RuleStates
{
    /// <param name="own">All of its own rules are there.</param>
    /// <param name="isReached">So are those that attachments share.</param>
    public static RuleState Of(bool own, bool isReached) =>
        !own ? RuleState.Missing : isReached ? RuleState.Whole : RuleState.Unreached;

    public static RuleState Better(RuleState one, RuleState other) => one > other ? one : other;
}
