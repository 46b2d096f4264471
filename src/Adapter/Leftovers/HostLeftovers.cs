using Bridge.Adapter.AddressOwners;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// What this host still holds for one attachment: rules, and addresses in the store of its IPAM plugin. Asked where the answers of plugins do not tell
/// whether their work is undone; a plugin that fails over rules which are not there, and one that succeeds without having looked, look alike.
/// </summary>
internal sealed class HostLeftovers(FirewallDump firewall, AddressStores stores)
{
    private const string Rule = "rule ";
    private const int RulesTold = 2;

    /// <summary>What is left, for the end of a sentence. Of many rules one is told, by which the others are found.</summary>
    public static string Text(IReadOnlyList<string> left)
    {
        var rules = left.Where(one => one.StartsWith(Rule, StringComparison.Ordinal)).ToArray();
        return string.Join("; ", rules.Length <= RulesTold ? left : [$"{rules[0]}, and {rules.Length - 1} more (iptables-save, ip6tables-save, nft list ruleset)", .. left.Except(rules)]);
    }

    /// <param name="isLeft">Whether a line of the firewall is the attachment's.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The rules that are there for it, each as the firewall writes it down.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> RulesAsync(Func<string, bool> isLeft, CancellationToken cancellationToken) =>
        [.. (await firewall.ReadAsync(cancellationToken)).Where(isLeft).Select(line => $"{Rule}{line.Trim()}").Distinct(StringComparer.Ordinal)];

    /// <returns>The addresses that the store of the network's IPAM plugin has for the container; empty where the plugin keeps none that can be read.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> AddressesAsync(NetworkConfiguration network, string containerId, CancellationToken cancellationToken)
    {
        if (HostLocalStore.Of(network) is not { } store)
            return [];

        var stored = await stores.ReadAsync(store, cancellationToken) ?? throw new IOException($"{store.Path} cannot be read, so it is not known which addresses are left");
        return [.. stored.Where(address => address.OwnerId == containerId).Select(address => $"address {address.Address} in {store.Path}")];
    }
}
