using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.State;

namespace Bridge.Adapter.HostPorts;

/// <summary>
/// Host ports of pods, and of other runtimes' containers. They are in no socket: two runtimes would each publish the same port, and the one
/// whose rule stands first would get what is meant for both.
/// </summary>
internal sealed class ForeignPorts(FirewallListing firewall, Journal journal, PodRuntime pods)
{
    /// <param name="requests">What is to be published.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>What could be in its way; those that are have a holder with a name, where the runtime tells it.</returns>
    public async Task<IReadOnlyList<ForeignPort>> FindAsync(IReadOnlyList<RequestedPort> requests, CancellationToken cancellationToken)
    {
        if (requests.Count == 0)
            return [];

        var found = new List<ForeignPort>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var port in await firewall.PortsAsync(cancellationToken))
        {
            if (IsOurs(port) || !requests.Any(request => IsNear(request, port)))
                continue;

            if (!names.TryGetValue(port.Holder, out var name))
                names[port.Holder] = name = requests.Any(request => IsAskedFor(request, port)) ? await NameAsync(port.Holder, cancellationToken) : port.Holder;

            found.Add(port with { Holder = name });
        }

        return found;
    }

    /// <summary>Whether one of Docker's own networks publishes one of them: for this very container, or for another.</summary>
    public async Task<bool> AreDockersAsync(IReadOnlyList<RequestedPort> requests, CancellationToken cancellationToken) =>
        (await firewall.PortsAsync(cancellationToken)).Any(port => port.Holder == PortRules.Dockers
            && requests.Any(request => request.HostPort != 0 && IsNear(request, port)));

    // Ours are known with the port's socket, and are in force also while their removal fails.
    private bool IsOurs(ForeignPort port) => journal.Attachments.All.Any(record => record.ContainerId == port.Holder);

    private static bool IsNear(RequestedPort request, ForeignPort port) =>
        request.Protocol == port.Protocol && HostAddresses.Overlap(request.HostIp, port.HostIp) && (request.HostPort == 0 || IsAskedFor(request, port));

    private static bool IsAskedFor(RequestedPort request, ForeignPort port) => port.Port >= request.HostPort && port.Port <= request.HostPortEnd;

    private async Task<string> NameAsync(string holder, CancellationToken cancellationToken) => holder.Contains(' ')
        ? holder
        : (await pods.FindAsync(holder, cancellationToken) ?? AddressOwner.Other(holder)).Description;
}

/// <summary>Host addresses of published ports: an IP address, 0.0.0.0 or :: for all of a family, empty for all of both.</summary>
internal static class HostAddresses
{
    /// <summary>Whether there is an address that both mean.</summary>
    public static bool Overlap(string one, string other)
    {
        if (one.Length == 0 || other.Length == 0)
            return true;

        var (first, second) = (IPAddress.Parse(one), IPAddress.Parse(other));
        return first.AddressFamily == second.AddressFamily && (IsAny(first) || IsAny(second) || first.Equals(second));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
