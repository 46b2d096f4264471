using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>Events as browsers read them (HTML standard, server-sent events): a name, and one line of JSON.</summary>
internal static class ServerSentEvent
{
    /// <summary>Sent where nothing else is, so that both sides notice a dead connection.</summary>
    public static byte[] Heartbeat { get; } = [.. ":\n\n"u8];

    /// <summary>The first line of a stream: after how many milliseconds a browser reconnects.</summary>
    public static byte[] Start { get; } = [.. "retry: 1000\n\n"u8];

    /// <param name="name">Its name.</param>
    /// <param name="write">Writes one JSON value.</param>
    public static byte[] Of(string name, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
        using (var json = new Utf8JsonWriter(buffer))
            write(json);

        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
