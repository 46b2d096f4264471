using System.Globalization;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// A chain whose plugins run firewall tools: iptables, ip6tables, nft. One of these runs can be killed, as by a kernel that is short of
/// memory.
/// </summary>
/// <param name="conflist">Named <see cref="CniNetworks.Name"/>.</param>
/// <param name="runsAtRemoval">About how many tools DEL of the chain runs.</param>
/// <param name="suffix">Of the tools that run in place of iptables and ip6tables.</param>
public abstract class KilledToolHost(string conflist, int runsAtRemoval, string suffix = "") : EngineHost(new TestHostOptions
{
    CniNetworks = Only(conflist),
    BridgeEnvironment = new Dictionary<string, string>
    {
        ["PATH"] = $"{Tools}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    },
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms }",
})
{
    private const string Tools = "/opt/cni/tools";
    private const string Countdowns = "/run/bridge-test/countdowns";
    private const string Next = "next";
    private const string Killed = ".killed";

    // Of the plugins alone: cnm-cni's own runs of a tool have no CNI_CONTAINERID.
    private const string Script = $$"""
        #!/bin/sh
        countdown={{Countdowns}}/$CNI_CONTAINERID
        [ -f "$countdown" ] || countdown={{Countdowns}}/{{Next}}
        if [ -n "$CNI_CONTAINERID" ] && [ -f "$countdown" ]; then
            left=$(cat "$countdown")
            if [ "$left" = 1 ]; then
                echo "${0##*/} $*" > "$countdown{{Killed}}"
                rm "$countdown"
                kill -KILL $$
            fi
            echo $((left - 1)) > "$countdown"
        fi
        exec /usr/sbin/${0##*/}SUFFIX "$@"
        """;

    public int RunsAtRemoval => runsAtRemoval;

    /// <summary>Kills one run of a tool by a plugin.</summary>
    /// <param name="number">Which, from now on: the first is 1.</param>
    /// <param name="containerId">CNI_CONTAINERID; null: of whichever container.</param>
    public void Kill(int number, string? containerId = null)
    {
        var countdown = Host.PathOf($"{Countdowns}/{containerId ?? Next}");
        File.Delete(countdown + Killed);
        File.WriteAllText(countdown, number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>From now on none is killed.</summary>
    /// <param name="containerId">As in <see cref="Kill"/>.</param>
    /// <returns>The command line of the run that was killed; null when there were not so many.</returns>
    public string? EndKilling(string? containerId = null)
    {
        var countdown = Host.PathOf($"{Countdowns}/{containerId ?? Next}");
        File.Delete(countdown);
        return File.Exists(countdown + Killed) ? File.ReadAllText(countdown + Killed).Trim() : null;
    }

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Host.PathOf(Tools));
        Directory.CreateDirectory(Host.PathOf(Countdowns));
        await InstallAsync("iptables", suffix, cancellationToken);
        await InstallAsync("ip6tables", suffix, cancellationToken);
        await InstallAsync("nft", "", cancellationToken);
        await base.FurnishAsync(cancellationToken);
    }

    private async Task InstallAsync(string tool, string suffixOfTool, CancellationToken cancellationToken)
    {
        var path = Host.PathOf($"{Tools}/{tool}");
        await File.WriteAllTextAsync(path, Script.Replace("SUFFIX", suffixOfTool, StringComparison.Ordinal), cancellationToken);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}

/// <summary>The stock chain, for IPv4 and IPv6, with bridge's check of MACs.</summary>
public sealed class KilledIptablesHost() : KilledToolHost(
    CniNetworks.StockChain
        .Replace(
            $$"""[[{ "subnet": "{{CniNetworks.Subnet}}" }]]""",
            $$"""[[{ "subnet": "{{CniNetworks.Subnet}}" }], [{ "subnet": "fd00:90::/64" }]]""",
            StringComparison.Ordinal)
        .Replace("\"ipMasq\": true", "\"ipMasq\": true, \"macspoofchk\": true", StringComparison.Ordinal),
    runsAtRemoval: 46);

/// <summary>The stock chain, with the tables of legacy iptables.</summary>
public sealed class KilledLegacyIptablesHost() : KilledToolHost(CniNetworks.StockChain, 24, "-legacy");

/// <summary>The stock chain with rules of nftables.</summary>
public sealed class KilledNftHost() : KilledToolHost(NftablesHost.Conflist, 24);
