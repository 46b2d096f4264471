using System.Text;
using System.Text.Json.Nodes;

namespace Bridge.HostileRequests.Requests;

/// <summary>Bodies that are no requests any more.</summary>
internal sealed class Damage(Random random)
{
    private const int LargestRequest = 1 << 20;

    public byte[] Of(JsonObject body) => random.Next(12) switch
    {
        0 => [],
        1 => Cut(Bytes(body)),
        2 => Flipped(Bytes(body)),
        3 => [.. Bytes(body), .. Encoding.UTF8.GetBytes(random.Any(["{}", " x", "\0", "]", ",", "\ufeff"]))],
        4 => [0xef, 0xbb, 0xbf, .. Bytes(body)],
        5 => Nested(random.Any([10, 63, 64, 65, 1_000, 100_000])),
        6 => Noise(random.Next(200)),
        7 => Twice(body),
        8 => Encoding.UTF8.GetBytes(random.Any(Nasty.Json)),
        9 => Encoding.Unicode.GetBytes(body.ToJsonString()),
        _ => OfOtherTypes(body),
    };

    /// <summary>About as much as a body may be, or more.</summary>
    public byte[] Huge()
    {
        var body = new byte[random.Any([LargestRequest - 1, LargestRequest, LargestRequest + 1, 2 * LargestRequest])];
        Array.Fill(body, (byte)random.Any([' ', '[', 'a', '\0']));
        return body;
    }

    private static byte[] Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());

    private byte[] Cut(byte[] bytes) => bytes[..random.Next(bytes.Length)];

    private byte[] Flipped(byte[] bytes)
    {
        for (var count = random.Next(1, 4); count > 0; count--)
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);

        return bytes;
    }

    private static byte[] Nested(int depth) =>
        Encoding.UTF8.GetBytes(
            $"{{\"NetworkID\":\"aa\",\"EndpointID\":\"bb\",\"Options\":{{\"x\":{new string('[', depth)}{new string(']', depth)}}}}}");

    private byte[] Noise(int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Twice(JsonObject body)
    {
        var text = body.ToJsonString();
        return Encoding.UTF8.GetBytes(body.Count == 0 ? text : $"{text[..^1]},{text[1..]}");
    }

    private byte[] OfOtherTypes(JsonObject body)
    {
        var text = "{" + string.Join(',', body.Select(property =>
            $"\"{property.Key}\":{(random.Next(2) == 0 ? random.Any(Nasty.Json) : property.Value?.ToJsonString() ?? "null")}")) + "}";
        return Encoding.UTF8.GetBytes(text);
    }
}
