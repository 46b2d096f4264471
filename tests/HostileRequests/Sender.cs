using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Bridge.HostileRequests.Checks;
using Bridge.HostileRequests.Requests;
using Bridge.HostileRequests.Wire;

namespace Bridge.HostileRequests;

/// <summary>Sends requests over several connections at once and checks every answer.</summary>
internal sealed class Sender(HostileHost host, Findings findings, Traffic traffic, TimeProvider timeProvider)
{
    /// <summary>Far beyond what anything takes here, and short of the daemon's own deadline.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    // Docker would release what it was given; so that the pool does not run dry we do, too.
    private const int AddressesKept = 20;

    private readonly ConcurrentQueue<string> _addresses = [];
    private readonly ConcurrentBag<Task> _abandoned = [];

    public async Task SendAsync(int count, int connections, int seed, CancellationToken cancellationToken)
    {
        var left = count;
        var start = timeProvider.GetTimestamp();
        await Task.WhenAll(
            Enumerable.Range(0, connections).Select(
                number => Task.Run(() => WorkAsync(new RequestMix((seed * 31) + number)), cancellationToken)));
        await Task.WhenAll(_abandoned);
        _abandoned.Clear();
        if (count > 100_000)
            Console.WriteLine($"{count} sent in {timeProvider.GetElapsedTime(start).TotalSeconds:0} s");

        async Task WorkAsync(RequestMix mix)
        {
            HostileConnection? connection = null;
            while (Interlocked.Decrement(ref left) >= 0 && host.IsAlive)
            {
                cancellationToken.ThrowIfCancellationRequested();
                connection ??= new HostileConnection(await host.ConnectAsync(cancellationToken));
                connection = await ExchangeAsync(connection, mix.Next()) ? connection : null;
                await ReleaseAsync(AddressesKept, cancellationToken);
            }

            connection?.Dispose();
        }
    }

    public async Task PostAllAsync(IReadOnlyList<string> ids, Func<string, HostileRequest> request)
    {
        using var connection = new HostileConnection(await host.ConnectAsync(CancellationToken.None));
        foreach (var id in ids)
            await ExchangeAsync(connection, request(id));
    }

    public async Task ReleaseAsync(int keep, CancellationToken cancellationToken)
    {
        while (_addresses.Count > keep && _addresses.TryDequeue(out var address))
        {
            using var connection = new HostileConnection(await host.ConnectAsync(cancellationToken));
            await ExchangeAsync(connection, HostileRequest.Post(
                "tear-down", "IpamDriver.ReleaseAddress",
                new JsonObject { ["PoolID"] = $"pods/{HostileHost.Subnet}", ["Address"] = address }.ToJsonString()));
        }
    }

    /// <returns>Whether the connection can be used again.</returns>
    private async Task<bool> ExchangeAsync(HostileConnection connection, HostileRequest request)
    {
        if (request.IsAbandoned)
        {
            _abandoned.Add(AbandonAsync(connection, request));
            return false;
        }

        var asking = connection.AskAsync(request.Bytes, Math.Max(1, request.Answers), Bound);
        if (request.Answers == 0)
            connection.Finish();

        var answers = await asking;
        foreach (var answer in answers)
            Judge(request, answer);

        if (request.Answers > 0 && answers[^1].Status > 0)
            return true;

        connection.Dispose();
        return false;
    }

    private async Task AbandonAsync(HostileConnection connection, HostileRequest request)
    {
        Judge(request, (await connection.AskAsync(request.Bytes, answers: 1, Bound))[0]);
        connection.Dispose();
    }

    private void Judge(HostileRequest request, Answer answer)
    {
        traffic.Add(request.Kind, answer.Status switch
        {
            0 => "closed",
            -1 => "none",
            200 when answer.Body.Contains("\"Err\":", StringComparison.Ordinal) => "refused",
            _ => $"{answer.Status}",
        });
        if (AnswerCheck.Problem(
            answer, request.Method.StartsWith("Bridge.", StringComparison.Ordinal), mayBeClosed: request.Answers == 0) is { } problem)
        {
            var text = Encoding.UTF8.GetString(request.Bytes);
            findings.Add(problem, text.Length > 2_000 ? text[..2_000] : text);
        }

        if (request.Method == "IpamDriver.RequestAddress" && answer.Status == 200
            && JsonNode.Parse(answer.Body)!["Address"] is { } address && (string)address! is not ("10.88.0.1/16" or "10.88.255.200/16"))
        {
            _addresses.Enqueue((string)address!);
        }
    }
}
