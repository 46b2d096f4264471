using System.Net;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>Whether a TCP connection reaches a <see cref="Listener"/>, and not another who has the address.</summary>
internal sealed class ConnectionProbe(Patience patience)
{
    public Task<Attempt> RunAsync(NetworkNamespace from, IPEndPoint target, byte[] token, CancellationToken cancellationToken) =>
        patience.TryAsync(async bounded =>
        {
            using var socket = NamespaceSocket.Stream(from, target.AddressFamily);
            await socket.ConnectAsync(target, bounded);
            var received = new byte[token.Length];
            for (int length = 0, read; length < received.Length; length += read)
            {
                read = await socket.ReceiveAsync(received.AsMemory(length), bounded);
                if (read == 0)
                    return Patience.Closed;
            }

            return received.AsSpan().SequenceEqual(token) ? null : "another owner of the address answered";
        }, cancellationToken);
}
