using Bridge.Fuzzing.Mutation;

namespace Bridge.Fuzzing.Loop;

/// <summary>Makes an input smaller as long as it does what it is kept for.</summary>
internal static class Shrinking
{
    private const int MostTries = 4000;

    public static byte[] Shrink(byte[] input, Func<byte[], bool> isStillGood)
    {
        var tries = 0;
        for (var piece = Math.Max(1, input.Length / 2); piece > 0; piece /= 2)
        {
            for (var place = 0; place < input.Length && tries < MostTries;)
            {
                tries++;
                var smaller = Bytes.Remove(input, place, Math.Min(piece, input.Length - place));
                if (isStillGood(smaller))
                    input = smaller;
                else
                    place += piece;
            }
        }

        return input;
    }
}
