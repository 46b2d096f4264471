using Bridge.Adapter.Docker;

namespace Bridge.Adapter.Reload;

/// <summary>Docker's own firewall rules, which a flush removes as well and only dockerd puts back.</summary>
internal sealed class DockersRules(HostInspection inspection, IDockerEngine docker)
{
    private const string Chain = ":DOCKER";

    /// <param name="known">The firewall, where it has just been read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>A sentence, or none.</returns>
    /// <exception cref="IOException">The firewall cannot be read.</exception>
    public async Task<IReadOnlyList<string>> NotesAsync(Ruleset? known, CancellationToken cancellationToken)
    {
        var rules = known ?? (await inspection.ReadAsync(cancellationToken)).Rules;
        // dockerd --iptables=false makes none; a Docker network with a gateway of its own shows that it should have some.
        return AreThere(rules) || !await HasBridgesAsync(cancellationToken)
            ? []
            :
            [
                "Docker's own firewall rules are not there either (its chain DOCKER of table nat): ports that Docker itself publishes, " +
                    "and the way out of its own networks, need them. cnm-cni does not touch them; restart dockerd (systemctl restart " +
                    "docker), unless it runs with --iptables=false.",
            ];
    }

    // From Docker 29 on also with nftables.
    private static bool AreThere(Ruleset rules) =>
        rules.Has(isIPv6: false, "nat", Chain) || rules.Has(isIPv6: false, "nat", "-j DOCKER") || rules.HasNftTable("ip docker-bridges");

    private async Task<bool> HasBridgesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await docker.NetworksAsync(cancellationToken)).Any(network => network is { Driver: "bridge", Internal: false });
        }
        catch (DockerException)
        {
            return false;
        }
    }
}
