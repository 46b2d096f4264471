using Bridge.Adapter.AddressOwners;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// What remains of one attachment on this host: firewall rules, and addresses in the store of its IPAM plugin. Read where the result of DEL
/// proves nothing: some plugins fail over rules that are already gone, others succeed without having looked for them.
/// </summary>
internal sealed class HostLeftovers(FirewallDump firewall, AddressStores stores)
{
    private const string Rule = "rule ";
    private const int RulesShown = 2;

    /// <summary>For the end of a sentence. Of many rules the first is shown, and how to find the others.</summary>
    public static string Text(IReadOnlyList<string> left)
    {
        var rules = left.Where(one => one.StartsWith(Rule, StringComparison.Ordinal)).ToArray();
        return string.Join("; ", rules.Length <= RulesShown
            ? left
            : [$"{rules[0]}, and {rules.Length - 1} more (iptables-save, ip6tables-save, nft list ruleset)", .. left.Except(rules)]);
    }

    /// <summary>Where plugins report success.</summary>
    public static IOException Remaining(string networkName, IReadOnlyList<string> left) =>
        new($"the plugins of CNI network \"{networkName}\" report success, but this remains: {Text(left)}");

    /// <summary>
    /// A plugin that refuses its own configuration at ADD refuses it at every DEL too. Whether such a DEL leaves nothing: no plugin has
    /// answered, so none after the first has run, and the host shows nothing of it.
    /// </summary>
    /// <param name="failure">The failure of DEL.</param>
    /// <param name="hasResult">A plugin answered at ADD.</param>
    /// <param name="showsItsWork">The host shows everything that the plugin makes.</param>
    /// <param name="remains">Reads what remains.</param>
    public static async Task<bool> IsNothingMadeAsync(
        CniException failure, bool hasResult, bool showsItsWork, Func<Task<IReadOnlyList<string>>> remains) =>
        !failure.TimedOut && !hasResult && showsItsWork && (await remains()).Count == 0;

    /// <returns>The rules for which <paramref name="isOwn"/> holds, as the tools write them.</returns>
    /// <exception cref="IOException">They could not be read.</exception>
    public async Task<IReadOnlyList<string>> RulesAsync(Func<string, bool> isOwn, CancellationToken cancellationToken) =>
        [.. (await firewall.ReadAsync(cancellationToken)).Where(isOwn).Select(line => $"{Rule}{line.Trim()}")
            .Distinct(StringComparer.Ordinal)];

    /// <returns>The container's addresses in the store of the IPAM plugin; empty where the plugin has no readable store.</returns>
    /// <exception cref="IOException">The store could not be read.</exception>
    public async Task<IReadOnlyList<string>> AddressesAsync(
        NetworkConfiguration network, string containerId, CancellationToken cancellationToken)
    {
        if (HostLocalStore.Of(network) is not { } store)
            return [];

        var stored = await stores.ReadAsync(store, cancellationToken)
            ?? throw new IOException($"{store.Path} cannot be read, so remaining addresses are unknown");
        return [.. stored.Where(address => address.OwnerId == containerId).Select(address => $"address {address.Address} in {store.Path}")];
    }
}
