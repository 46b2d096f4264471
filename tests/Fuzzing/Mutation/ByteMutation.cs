namespace Bridge.Fuzzing.Mutation;

/// <summary>Changes that know nothing of what the bytes mean.</summary>
internal sealed class ByteMutation(Random random)
{
    public byte[] Apply(byte[] text)
    {
        var place = random.Next(text.Length + 1);
        var length = Math.Min(random.Next(3) == 0 ? random.Next(64) : random.Next(1, 5), text.Length - place);
        return random.Next(8) switch
        {
            0 when length > 0 => Bytes.Replace(text, place, 1, (byte)(text[place] ^ (1 << random.Next(8)))),
            1 when length > 0 => Bytes.Replace(text, place, 1, (byte)random.Next(256)),
            2 => Bytes.Remove(text, place, length),
            3 => Bytes.Insert(text, place, text.AsSpan(random.Next(text.Length - length + 1), length)),
            4 => Bytes.Insert(text, place, Repeated(text.AsSpan(place, length), 1 << random.Next(9))),
            5 when random.Next(4) == 0 => text[..place],
            6 => Bytes.Insert(text, place, (byte)random.Next(256)),
            _ => Bytes.Replace(text, place, random.Next(2) * length, Words.Fragments[random.Next(Words.Fragments.Count)]),
        };
    }

    /// <summary>The beginning of one text and the end of another.</summary>
    public byte[] Splice(byte[] text, byte[] other) => [.. text[..random.Next(text.Length + 1)], .. other[random.Next(other.Length + 1)..]];

    private static byte[] Repeated(ReadOnlySpan<byte> what, int times)
    {
        var result = new byte[what.Length * times];
        for (var i = 0; i < times; i++)
            what.CopyTo(result.AsSpan(i * what.Length));

        return result;
    }
}
