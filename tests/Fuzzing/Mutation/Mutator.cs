namespace Bridge.Fuzzing.Mutation;

/// <summary>Makes new inputs of old ones. Everything follows from the seed, so that a run can be repeated.</summary>
internal sealed class Mutator(Random random)
{
    /// <summary>In bytes: room for nesting deeper than any reader goes, and for values that do not fit into anything.</summary>
    public const int LongestInput = 16 * 1024;

    private readonly ByteMutation _bytes = new(random);
    private readonly JsonMutation _json = new(random);

    /// <param name="input">What to change.</param>
    /// <param name="other">Where to take something else from.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var text = input;
        for (var changes = 1 << random.Next(4); changes > 0; changes--)
        {
            text = random.Next(16) switch
            {
                < 10 => _json.Apply(text, other),
                < 15 => _bytes.Apply(text),
                _ => _bytes.Splice(text, other),
            };
            text = text.Length <= LongestInput ? text : text[..LongestInput];
        }

        return text;
    }
}
