using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Bridge.TestHosts.Sockets;

/// <summary>
/// One question for the IPv4 address of a name, and the reading of its answer. For servers that answer with one record.
/// </summary>
internal static class DnsQuestion
{
    private const int HeaderLength = 12;
    private const int AnswerCountOffset = 6;
    private const int AddressLength = 4;

    public static byte[] Ask(string name)
    {
        var message = new List<byte> { 0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0 }; // id, recursion desired, one question
        foreach (var label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        message.AddRange([0, 0, 1, 0, 1]); // end of the name, type A, class IN
        return [.. message];
    }

    /// <summary>The answer with an IPv4 address, for a question without additional records; to one for another type: none.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> question, IPAddress address)
    {
        var end = HeaderLength;
        while (question[end] != 0)
            end += question[end] + 1;

        end += 5; // The end of the name, type and class.
        var isForIPv4 = question[end - 3] == 1;
        byte[] header = [question[0], question[1], 0x81, 0x80, 0, 1, 0, (byte)(isForIPv4 ? 1 : 0), 0, 0, 0, 0];
        byte[] record = [0xc0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 1, 0, AddressLength, .. address.GetAddressBytes()];
        return [.. header, .. question[HeaderLength..end], .. isForIPv4 ? record : []];
    }

    /// <returns>The address; null when the server knows none.</returns>
    public static string? ReadAnswer(ReadOnlySpan<byte> message) =>
        message.Length > HeaderLength && BinaryPrimitives.ReadUInt16BigEndian(message[AnswerCountOffset..]) == 1
            ? new IPAddress(message[^AddressLength..]).ToString()
            : null;
}
