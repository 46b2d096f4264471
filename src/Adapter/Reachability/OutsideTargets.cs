using System.Net;
using Bridge.Adapter.Reachability.Probes;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability;

/// <summary>Something beyond the host that the host itself reaches now.</summary>
/// <param name="Description">For people.</param>
/// <param name="TryAsync">From a namespace.</param>
internal sealed record OutsideTarget(string Description, Func<NetworkNamespace, CancellationToken, Task<Attempt>> TryAsync);

/// <summary>
/// Finds what containers can be expected to reach outside: the host's default gateway, if it answers a ping, or one of its name servers.
/// The internet is not expected.
/// </summary>
internal sealed class OutsideTargets(NetworkNamespace host, HostView view, EchoProbe echo, NameProbe names)
{
    /// <param name="family">The family of the target.</param>
    /// <param name="servers">The host's name servers.</param>
    /// <param name="name">A name to ask them for; whether they know it does not matter.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The target; or null, and why there is none, as a clause.</returns>
    public async Task<(OutsideTarget? Target, string WhyNone)> FindAsync(
        IPFamily family, IReadOnlyList<IPAddress> servers, string name, CancellationToken cancellationToken)
    {
        OutsideTarget[] candidates =
        [
            .. view.Gateways(family).Select(gateway => new OutsideTarget(
                $"gateway {gateway}", (from, token) => echo.RunAsync(from, gateway, token))),
            .. servers.Where(server => family.Has(server) && !IPAddress.IsLoopback(server) && !view.Addresses.Contains(server))
                .Select(server => new OutsideTarget(
                    $"name server {server}", (from, token) => names.AnswersAsync(from, server, name, token))),
        ];
        var attempts = await Task.WhenAll(candidates.Select(candidate => candidate.TryAsync(host, cancellationToken)));
        var reached = candidates.Zip(attempts).FirstOrDefault(pair => pair.Second.IsReached).First;
        return (reached, candidates.Length == 0
            ? $"the host has neither a default gateway nor a name server of {family}"
            : $"the host itself does not reach its {string.Join(", ", candidates.Select(candidate => candidate.Description))}");
    }
}
