using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Bridge.HostileRequests.Wire;

/// <summary>A connection that sends any bytes, and reads answers as HTTP frames them.</summary>
internal sealed class HostileConnection(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _begin;
    private int _end;

    /// <summary>Sends while it reads: an answer may come, and the connection end, before all is sent.</summary>
    public async Task<IReadOnlyList<Answer>> AskAsync(byte[] bytes, int answers, TimeSpan bound)
    {
        using var patience = new CancellationTokenSource(bound);
        var sending = SendAsync(bytes, patience.Token);
        var found = new List<Answer>();
        do
        {
            found.Add(await ReadAsync(patience.Token));
        }
        while (found.Count < answers && found[^1].Status > 0);

        await sending;
        return found;
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void Finish()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side has closed it.
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task SendAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
                sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken);
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // The answer, or its absence, tells.
        }
    }

    private async Task<Answer> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await LineAsync(cancellationToken) is not { } first)
                return Answer.Closed;

            var status = int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture);
            var (length, isChunked) = await HeadersAsync(cancellationToken);
            return status == 100
                ? await ReadAsync(cancellationToken)
                : new Answer(status, isChunked ? await ChunksAsync(cancellationToken) : await BodyAsync(length, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return Answer.Missing;
        }
        catch (SocketException)
        {
            return Answer.Closed;
        }
    }

    private async Task<(int Length, bool IsChunked)> HeadersAsync(CancellationToken cancellationToken)
    {
        var (length, isChunked) = (0, false);
        while (await LineAsync(cancellationToken) is { Length: > 0 } header)
        {
            var (name, value) = (header.Split(':')[0].ToLowerInvariant(), header[(header.IndexOf(':') + 1)..].Trim());
            length = name == "content-length" ? int.Parse(value, CultureInfo.InvariantCulture) : length;
            isChunked |= name == "transfer-encoding";
        }

        return (length, isChunked);
    }

    private async Task<string> ChunksAsync(CancellationToken cancellationToken)
    {
        var body = new StringBuilder();
        while (await LineAsync(cancellationToken) is { } size
            && int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            body.Append(await BodyAsync(length, cancellationToken));
            await LineAsync(cancellationToken);
        }

        await LineAsync(cancellationToken);
        return body.ToString();
    }

    private async Task<string> BodyAsync(int length, CancellationToken cancellationToken)
    {
        var body = new byte[length];
        for (var read = 0; read < length;)
        {
            if (_begin == _end && !await FillAsync(cancellationToken))
                break;

            var count = Math.Min(length - read, _end - _begin);
            _buffer.AsSpan(_begin, count).CopyTo(body.AsSpan(read));
            (_begin, read) = (_begin + count, read + count);
        }

        return Encoding.UTF8.GetString(body);
    }

    /// <summary>Without its end; null when the connection ended.</summary>
    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_begin == _end && !await FillAsync(cancellationToken))
                return null;

            var letter = (char)_buffer[_begin++];
            if (letter == '\n')
                return line.ToString().TrimEnd('\r');

            line.Append(letter);
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        (_begin, _end) = (0, await socket.ReceiveAsync(_buffer, cancellationToken));
        return _end > 0;
    }
}
