using System.Security.Cryptography;
using System.Text;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// By what the rules of one attachment are known. The stock plugins write the container id into comments, and name their chains by the SHA-512 of
/// network name and container id (containernetworking/plugins, pkg/utils: FormatChainName, FormatComment); firewall's rules have the address
/// alone, in a chain of its own.
/// </summary>
internal sealed class FirewallMarks
{
    private const string FirewallChain = "-A CNI-FORWARD ";

    // A chain's name has 28 characters, of which the longest prefix takes 7; a comment may be cut off too.
    private const int ShownOfHash = 20;
    private const int ShownOfId = 20;

    private static readonly string[] PortMarks = ["CNI-DN-", "CNI-HOSTPORT-", " dnat to "];

    private readonly string[] _own;
    private readonly string[] _addresses;

    /// <param name="networkName">Name of the CNI network.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="addresses">The attachment's addresses that nobody else has by now.</param>
    public FirewallMarks(string networkName, string containerId, IEnumerable<LinkAddress> addresses)
    {
        var hash = Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(networkName + containerId)));
        _own = [containerId.Length > ShownOfId ? containerId[..ShownOfId] : $"\"{containerId}", hash[..ShownOfHash]];
        _addresses = [.. addresses.Select(address => $" {address.Address}/{(address.IsIPv6 ? 128 : 32)} ")];
    }

    /// <summary>Whether a line is portmap's: with iptables in chains of its own, with nftables by what it does.</summary>
    public static bool IsOfPorts(string line) => PortMarks.Any(mark => line.Contains(mark, StringComparison.Ordinal));

    public bool IsOn(string line) =>
        _own.Any(mark => line.Contains(mark, StringComparison.Ordinal))
        || (line.StartsWith(FirewallChain, StringComparison.Ordinal) && _addresses.Any(address => line.Contains(address, StringComparison.Ordinal)));
}
