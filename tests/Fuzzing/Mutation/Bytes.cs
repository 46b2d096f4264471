namespace Bridge.Fuzzing.Mutation;

internal static class Bytes
{
    /// <summary>The text with a part of it replaced.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> text, int start, int length, params ReadOnlySpan<byte> with) =>
        [.. text[..start], .. with, .. text[(start + length)..]];

    public static byte[] Insert(ReadOnlySpan<byte> text, int place, params ReadOnlySpan<byte> what) => Replace(text, place, 0, what);

    public static byte[] Remove(ReadOnlySpan<byte> text, int start, int length) => Replace(text, start, length);
}
