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

    /// <returns>The address; null when the server knows none.</returns>
    public static string? ReadAnswer(ReadOnlySpan<byte> message) =>
        message.Length > HeaderLength && BinaryPrimitives.ReadUInt16BigEndian(message[AnswerCountOffset..]) == 1
            ? new IPAddress(message[^AddressLength..]).ToString()
            : null;
}
