using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.State;

namespace Bridge.Adapter.HostPorts;

/// <summary>
/// Host ports of pods and of other runtimes' containers. No socket holds them: two runtimes could publish the same port, and the one whose
/// firewall rule comes first would get the traffic of both.
/// </summary>
internal sealed class ForeignPorts(FirewallListing firewall, Journal journal, PodRuntime pods)
{
    // As long as the stores of addresses may take, which are read at the same time.
    private static readonly TimeSpan ListingTimeout = TimeSpan.FromSeconds(2);

    /// <param name="requests">The ports to publish.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The ports that may conflict; those that do have the owner's name, if the runtime reports it.</returns>
    public async Task<IReadOnlyList<ForeignPort>> FindAsync(IReadOnlyList<RequestedPort> requests, CancellationToken cancellationToken)
    {
        if (requests.Count == 0)
            return [];

        var found = new List<ForeignPort>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var port in await firewall.PortsAsync(cancellationToken))
        {
            if (IsOurs(port) || !requests.Any(request => MayConflict(request, port)))
                continue;

            if (!names.TryGetValue(port.Owner, out var name))
            {
                var isRequested = requests.Any(request => IsInRange(request, port));
                names[port.Owner] = name = isRequested ? await NameAsync(port.Owner, cancellationToken) : port.Owner;
            }

            found.Add(port with { Owner = name });
        }

        return found;
    }

    /// <summary>The host ports of all pods and of other runtimes' containers, each once, for <c>cnm-cni status</c>.</summary>
    /// <returns>Null when the firewall was not listed in two seconds.</returns>
    public async Task<IReadOnlyList<ForeignPort>?> ListAsync(CancellationToken cancellationToken) =>
        (await firewall.PortsAsync(ListingTimeout, cancellationToken))?
            .Where(port => port.Owner != PortRules.Dockers && !IsOurs(port))
            .Select(port => HostAddresses.IsAny(port.HostIp) ? port with { HostIp = "" } : port).Distinct()
            .OrderBy(port => port.Port).ThenBy(port => port.Protocol, StringComparer.Ordinal)
            .ThenBy(port => port.HostIp, StringComparer.Ordinal).ToArray();

    /// <summary>Whether one of Docker's own networks publishes one of the ports, for this container or for another.</summary>
    public async Task<bool> AreDockersAsync(IReadOnlyList<RequestedPort> requests, CancellationToken cancellationToken) =>
        (await firewall.PortsAsync(cancellationToken)).Any(port => port.Owner == PortRules.Dockers
            && requests.Any(request => request.HostPort != 0 && MayConflict(request, port)));

    // The sockets of our own ports report conflicts among them. Their rules stay in force while their removal fails.
    private bool IsOurs(ForeignPort port) => port.Owner is { } owner && journal.UserOf(owner) is not null;

    private static bool MayConflict(RequestedPort request, ForeignPort port) =>
        request.Protocol == port.Protocol && HostAddresses.Overlap(request.HostIp, port.HostIp)
        && (request.HostPort == 0 || IsInRange(request, port));

    private static bool IsInRange(RequestedPort request, ForeignPort port) =>
        port.Port >= request.HostPort && port.Port <= request.HostPortEnd;

    private async Task<string> NameAsync(string owner, CancellationToken cancellationToken) => owner.Contains(' ')
        ? owner
        : (await pods.FindAsync(owner, cancellationToken) ?? AddressOwner.Other(owner)).Description;
}

/// <summary>Host addresses of published ports: an IP address, 0.0.0.0 or :: for all of a family, empty for all of both.</summary>
internal static class HostAddresses
{
    /// <summary>Whether both include a common address.</summary>
    public static bool Overlap(string one, string other)
    {
        if (one.Length == 0 || other.Length == 0)
            return true;

        var (first, second) = (IPAddress.Parse(one), IPAddress.Parse(other));
        return first.AddressFamily == second.AddressFamily && (IsAny(first) || IsAny(second) || first.Equals(second));
    }

    /// <summary>Whether it stands for all addresses of a family or of both.</summary>
    public static bool IsAny(string address) => address.Length == 0 || IsAny(IPAddress.Parse(address));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
