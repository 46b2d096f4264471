using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>The largest packet that reaches a <see cref="Listener"/> and comes back in one piece.</summary>
internal sealed class PacketProbe(TimeProvider timeProvider)
{
    private const int UdpHeader = 8;
    private const int LargestDatagram = 65507;
    private const int Tries = 3;

    /// <summary>Between two containers of one host an answer takes microseconds.</summary>
    private static readonly TimeSpan PerTry = TimeSpan.FromMilliseconds(300);

    /// <param name="from">Who sends.</param>
    /// <param name="target">The listener.</param>
    /// <param name="expected">The size that should pass, in bytes with the IP header.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>In bytes with the IP header; 0 when not even the smallest passes that every link must take.</returns>
    public Task<int> LargestAsync(NetworkNamespace from, IPEndPoint target, int expected, CancellationToken cancellationToken)
    {
        var isIPv6 = target.AddressFamily == AddressFamily.InterNetworkV6;
        var headers = UdpHeader + (isIPv6 ? 40 : 20);
        return LargestAsync(
            Math.Min(expected, LargestDatagram + headers), isIPv6 ? 1280 : 68, // The least MTU of a link: RFC 8200 section 5, RFC 791.
            size => PassesAsync(from, target, size - headers, cancellationToken));
    }

    /// <summary>By halves, after the expected size itself.</summary>
    public static async Task<int> LargestAsync(int expected, int least, Func<int, Task<bool>> passes)
    {
        if (await passes(expected))
            return expected;

        if (expected <= least || !await passes(least))
            return 0;

        var (passing, failing) = (least, expected);
        while (failing - passing > 1)
        {
            var middle = (passing + failing) / 2;
            if (await passes(middle))
                passing = middle;
            else
                failing = middle;
        }

        return passing;
    }

    private async Task<bool> PassesAsync(NetworkNamespace from, IPEndPoint target, int length, CancellationToken cancellationToken)
    {
        using var socket = NamespaceSocket.UnsplitDatagrams(from, target.AddressFamily);
        await socket.ConnectAsync(target, cancellationToken);
        var (sent, received) = (new byte[length], new byte[LargestDatagram]);
        Random.Shared.NextBytes(sent);
        for (var number = 0; number < Tries; number++)
        {
            using var deadline = new CancellationTokenSource(PerTry, timeProvider);
            using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            try
            {
                await socket.SendAsync(sent, bounded.Token);
                var back = await socket.ReceiveAsync(received, bounded.Token);
                if (received.AsSpan(0, back).SequenceEqual(sent))
                    return true;
            }
            catch (SocketException tooLarge) when (tooLarge.SocketErrorCode == SocketError.MessageSize)
            {
                return false;
            }
            catch (SocketException)
            {
                // A router or the target refused it.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Lost, or too large for a link in between.
            }
        }

        return false;
    }
}
