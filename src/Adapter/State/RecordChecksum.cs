using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>
/// The last line of a record: the CRC-32C of all bytes before it. A flipped bit often leaves valid JSON, and a wrong address is worse than
/// no record. It does not protect against a person who may write there.
/// </summary>
internal static class RecordChecksum
{
    /// <summary>The key of the last line.</summary>
    public const string Key = "Checksum";

    private const string Before = ",\n  \"" + Key + "\": \"";
    private const string After = "\"\n}";
    private const int Digits = 8;

    // The end of an object as the serializer indents it.
    private static ReadOnlySpan<byte> End => "\n}"u8;

    public static byte[] Seal(ReadOnlySpan<byte> json)
    {
        var body = json[..^End.Length];
        return [.. body, .. Line(body)];
    }

    /// <returns>Whether there is a checksum.</returns>
    /// <exception cref="JsonException">The checksum is wrong.</exception>
    public static bool Verify(ReadOnlySpan<byte> content)
    {
        var length = Before.Length + Digits + After.Length;
        if (content.Length < length)
            return false;

        var body = content[..^length];
        var line = content[^length..];
        if (!line.StartsWith(Encoding.ASCII.GetBytes(Before)) || !line.EndsWith(Encoding.ASCII.GetBytes(After)))
            return false;

        return line.SequenceEqual(Line(body))
            ? true
            : throw new JsonException("its checksum does not match its content: it is damaged, or was edited by hand");
    }

    private static byte[] Line(ReadOnlySpan<byte> body) =>
        Encoding.ASCII.GetBytes($"{Before}{Crc32C(body).ToString("x8", CultureInfo.InvariantCulture)}{After}");

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);

        return ~crc;
    }
}
