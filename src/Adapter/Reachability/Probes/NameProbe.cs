using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>
/// Resolves a name by the servers of a resolver file, in the namespace of the container whose file it is: for a container on a network of
/// its own, Docker's resolver at 127.0.0.11. Client libraries for DNS take no socket of another namespace.
/// </summary>
internal sealed class NameProbe(Patience patience)
{
    private const int Port = 53;

    /// <param name="from">Who asks.</param>
    /// <param name="servers">All are asked; one answer is enough.</param>
    /// <param name="name">The name.</param>
    /// <param name="isIPv6">Whether the IPv6 addresses are wanted.</param>
    /// <param name="wanted">Addresses of which one must be in the answer; empty: any address.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<Attempt> RunAsync(
        NetworkNamespace from, IReadOnlyList<IPAddress> servers, string name, bool isIPv6, IReadOnlyCollection<IPAddress> wanted,
        CancellationToken cancellationToken)
    {
        var attempts = await Task.WhenAll(
            servers.Select(server => ResolveAsync(from, server, name, isIPv6, wanted, cancellationToken)));
        return attempts.FirstOrDefault(attempt => attempt.IsReached)
            ?? attempts.FirstOrDefault()
            ?? Attempt.Failed("the resolver file names no server");
    }

    private async Task<Attempt> ResolveAsync(
        NetworkNamespace from, IPAddress server, string name, bool isIPv6, IReadOnlyCollection<IPAddress> wanted,
        CancellationToken cancellationToken)
    {
        DnsAnswer? answer = null;
        var attempt = await patience.TryAsync(async bounded =>
        {
            answer = await AskAsync(from, server, name, isIPv6, bounded);
            return null;
        }, cancellationToken);
        var problem = attempt.Problem is { } silence ? $"{server}: {silence}"
            : answer!.Problem is { } refusal ? $"{server}: {refusal}"
            : answer.Addresses.Count == 0 ? $"{server} knows no {(isIPv6 ? "IPv6" : "IPv4")} address of {name}"
            : wanted.Count > 0 && !answer.Addresses.Any(wanted.Contains)
                ? $"{server} answered {string.Join(", ", answer.Addresses)}, not {string.Join(", ", wanted)}"
            : null;
        return problem is null ? attempt : Attempt.Failed(problem);
    }

    /// <summary>Whether the server answers, whatever it answers.</summary>
    public Task<Attempt> AnswersAsync(NetworkNamespace from, IPAddress server, string name, CancellationToken cancellationToken) =>
        patience.TryAsync(async bounded =>
        {
            await AskAsync(from, server, name, isIPv6: false, bounded);
            return null;
        }, cancellationToken);

    private static async Task<DnsAnswer> AskAsync(
        NetworkNamespace from, IPAddress server, string name, bool isIPv6, CancellationToken cancellationToken)
    {
        using var socket = NamespaceSocket.Datagrams(from, server.AddressFamily);
        await socket.ConnectAsync(server, Port, cancellationToken);
        var question = DnsMessage.Question(name, isIPv6);
        await socket.SendAsync(question, cancellationToken);
        var buffer = new byte[4096];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            if (DnsMessage.Read(buffer.AsSpan(0, length), question) is { } answer)
                return answer;
        }
    }
}

/// <summary>The servers of a file as resolv.conf(5) describes it.</summary>
internal static class ResolverFile
{
    /// <returns>Its first three servers, which are those that resolvers use; empty where the file cannot be read.</returns>
    public static IReadOnlyList<IPAddress> Servers(string path)
    {
        const int Most = 3;
        try
        {
            return
            [
                .. File.ReadLines(path).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                    .Where(words => words is ["nameserver", _, ..])
                    .Select(words => IPAddress.TryParse(words[1], out var server) ? server : null)
                    .OfType<IPAddress>().Take(Most),
            ];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
