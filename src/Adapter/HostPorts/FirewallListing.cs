using System.Text;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.HostPorts;

/// <summary>
/// Lists the ports that the host's firewall redirects to containers, with the administrator's own tools. One shell process, which costs
/// less than a plugin, and only for containers with <c>-p</c> and for <c>cnm-cni status</c>.
/// </summary>
internal sealed class FirewallListing(TimeProvider timeProvider, ILogger<FirewallListing> logger)
{
    // iptables-legacy creates a table when it lists it, so it runs only if the table exists already (ip_tables_names).
    private const string Script = """
        iptables() {
            echo "== $1"
            if command -v "$2-nft-save" > /dev/null; then
                "$2-nft-save" -t nat
                if grep -qsx nat "/proc/self/net/$3"; then "$2-legacy-save" -t nat; fi
            else
                "$2-save" -t nat
            fi
        }
        exec 2> /dev/null
        iptables iptables4 iptables ip_tables_names
        iptables iptables6 ip6tables ip6_tables_names
        for family in ip ip6; do
            echo "== $family"
            nft list table "$family" cni_hostport
        done
        exit 0
        """;

    private const int LargestListing = 64 * 1024 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly HostProgram _programs = new(timeProvider, LargestListing);

    /// <summary>Never fails: without a listing every port counts as free, as it does for every other runtime.</summary>
    public async Task<IReadOnlyList<ForeignPort>> PortsAsync(CancellationToken cancellationToken) =>
        await PortsAsync(Timeout, cancellationToken) ?? [];

    /// <returns>Null without a listing, which the log explains.</returns>
    public async Task<IReadOnlyList<ForeignPort>?> PortsAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var output = await _programs.RunAsync(
                HostProgram.Shell, [], Script, HostProgram.Variables(), timeout, cancellationToken);
            if (!output.TimedOut)
                return [.. HostProgram.Parts(Encoding.UTF8.GetString(output.Stdout.Span)).SelectMany(Read).Distinct()];

            logger.FirewallNotListed($"it took longer than {timeout.TotalSeconds} s");
        }
        catch (CniException failure)
        {
            logger.FirewallNotListed(failure.Message);
        }

        return null;
    }

    private static IEnumerable<ForeignPort> Read((string Name, string Text) part) => part.Name switch
    {
        "iptables4" => PortRules.OfIptables(part.Text, PortRules.AnyIPv4),
        "iptables6" => PortRules.OfIptables(part.Text, PortRules.AnyIPv6),
        "ip" => PortRules.OfNftables(part.Text, PortRules.AnyIPv4),
        "ip6" => PortRules.OfNftables(part.Text, PortRules.AnyIPv6),
        _ => [],
    };
}
