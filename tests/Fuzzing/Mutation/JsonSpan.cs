namespace Bridge.Fuzzing.Mutation;

/// <summary>Where a JSON value lies in a text, and the key before it.</summary>
/// <param name="KeyStart">The place of the key's quotation mark; -1 for a value without one.</param>
/// <param name="KeyEnd">Behind the key's closing quotation mark.</param>
/// <param name="Start">The place of the value's first byte.</param>
/// <param name="End">Behind the value's last byte.</param>
internal readonly record struct JsonSpan(int KeyStart, int KeyEnd, int Start, int End)
{
    public bool HasKey => KeyStart >= 0;

    /// <summary>The place of the whole member or item.</summary>
    public int MemberStart => HasKey ? KeyStart : Start;
}
