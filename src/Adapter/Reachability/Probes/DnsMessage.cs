using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Bridge.Adapter.Reachability.Probes;

/// <param name="Problem">The server's refusal; null when it answered.</param>
/// <param name="Addresses">Of the wanted family.</param>
internal sealed record DnsAnswer(string? Problem, IReadOnlyList<IPAddress> Addresses);

/// <summary>One question for the addresses of a name, and its answer (RFC 1035 section 4, RFC 3596).</summary>
internal static class DnsMessage
{
    private const int HeaderLength = 12;
    private const int LongestLabel = 63;
    private const ushort TypeA = 1;
    private const ushort TypeAaaa = 28;
    private const byte IsAnswer = 0x80;
    private const byte PointerBits = 0xc0;

    /// <param name="name">With labels of 1 to 63 ASCII characters.</param>
    /// <param name="isIPv6">Whether the IPv6 addresses are wanted.</param>
    public static byte[] Question(string name, bool isIPv6)
    {
        // A random id; recursion desired; one question.
        Span<byte> id = stackalloc byte[2];
        Random.Shared.NextBytes(id);
        List<byte> message = [.. id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (var label in name.TrimEnd('.').Split('.'))
            message.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);

        message.AddRange([0, 0, (byte)(isIPv6 ? TypeAaaa : TypeA), 0, 1]);
        return [.. message];
    }

    /// <summary>Whether <see cref="Question"/> can ask for the name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and < 254 && name.TrimEnd('.').Split('.').All(
        label => label.Length is > 0 and <= LongestLabel && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'));

    /// <returns>Null for what is not the answer to the question.</returns>
    public static DnsAnswer? Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> question)
    {
        if (message.Length < HeaderLength || !message[..2].SequenceEqual(question[..2]) || (message[2] & IsAnswer) == 0)
            return null;

        try
        {
            return (message[3] & 15) switch
            {
                0 => new DnsAnswer(null, Addresses(message, BinaryPrimitives.ReadUInt16BigEndian(question[^4..]))),
                2 => new DnsAnswer("it cannot resolve the name now (SERVFAIL)", []),
                3 => new DnsAnswer(null, []), // No such name.
                var code => new DnsAnswer($"it refuses the question (code {code})", []),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return new DnsAnswer("its answer ends too early", []);
        }
    }

    private static List<IPAddress> Addresses(ReadOnlySpan<byte> message, ushort type)
    {
        var length = type == TypeA ? 4 : 16;
        List<IPAddress> addresses = [];
        var place = HeaderLength;
        for (var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]); questions > 0; questions--)
            place = AfterName(message, place) + 4;

        for (var answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]); answers > 0; answers--)
        {
            var record = message[AfterName(message, place)..];
            place = message.Length - record.Length + 10 + BinaryPrimitives.ReadUInt16BigEndian(record[8..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(record) == type && BinaryPrimitives.ReadUInt16BigEndian(record[8..]) == length)
                addresses.Add(new IPAddress(record.Slice(10, length)));
        }

        return addresses;
    }

    // A name is labels up to an empty one, or up to a pointer to the rest.
    private static int AfterName(ReadOnlySpan<byte> message, int place)
    {
        while (message.Slice(place, 1)[0] is > 0 and var length)
        {
            if (length >= PointerBits)
                return place + 2;

            place += length + 1;
        }

        return place + 1;
    }
}
