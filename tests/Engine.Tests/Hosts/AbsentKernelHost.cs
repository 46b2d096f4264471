using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// CNI networks of ipvlan, vlan and dummy, and one with vrf behind bridge, for kernels that have none of the four: shell scripts of these
/// names stand in for the plugins. They check and record their input, and make a veth where an interface is due. They say
/// nothing about the real plugins, nor about the kernel's modules.
/// </summary>
public sealed class AbsentKernelHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        ["10-ipvlan.conflist"] = Chain("ipvlan", """ "master": "uplink", "mode": "l2", """, "10.94.0.0/24"),
        ["20-vlan.conflist"] = Chain("vlan", """ "master": "uplink", "vlanId": 7, """, "10.95.0.0/24"),
        ["30-dummy.conflist"] = Chain("dummy", "", "10.96.0.0/24"),
        ["40-vrf.conflist"] = """
            { "cniVersion": "1.0.0", "name": "vrf", "plugins": [
              { "type": "bridge", "bridge": "cni7", "isGateway": true, "isDefaultGateway": true, "ipam": { "type": "host-local",
                "subnet": "10.97.0.0/24" } },
              { "type": "vrf", "vrfname": "blue" } ] }
            """,
    },
    CniPlugins = new Dictionary<string, string> { ["ipvlan"] = MainPlugin, ["vlan"] = MainPlugin, ["dummy"] = MainPlugin, ["vrf"] = Vrf },
})
{
    private const string Record = "/run/bridge-test/stand-ins";

    private const string Start = $$"""
        #!/bin/sh
        input=$(cat)
        plugins=/opt/cni/bin
        [ -x $plugins/host-local ] || plugins=/usr/lib/cni
        if [ "$CNI_COMMAND" = VERSION ]; then printf %s "$input" | $plugins/host-local; exit; fi
        fail() { echo "{\"cniVersion\": \"1.0.0\", \"code\": 119, \"msg\": \"$1\"}"; exit 1; }
        has() { printf %s "$input" | tr -d ' \n' | grep -q "$1"; }
        inside() { nsenter --net="$CNI_NETNS" "$@"; }
        [ "$(stat -L -c %i "$CNI_NETNS")" != "$(stat -L -c %i /proc/self/ns/net)" ] || fail "CNI_NETNS is the host's namespace"
        link=$(inside ip -o link show dev "$CNI_IFNAME" > /dev/null 2>&1 && echo there || echo absent)
        echo "$CNI_COMMAND $(basename "$0") $CNI_IFNAME net:[$(stat -L -c %i "$CNI_NETNS")] $link $CNI_ARGS" >> {{Record}}
        """;

    private const string MainPlugin = Start + "\n" + """
        ipam=host-local
        has '"type":"static"' && ipam=static
        case "$CNI_COMMAND" in
            ADD)
                has '"prevResult"' && fail "the first plugin has a prevResult"
                result=$(printf %s "$input" | $plugins/$ipam) || { printf %s "$result"; exit 1; }
                address=$(printf %s "$result" | sed -n 's/.*"address": "\(.*\)".*/\1/p' | head -n 1)
                ip link add "s$$" type veth peer name "p$$" || fail "no veth"
                ip link set "p$$" netns "$CNI_NETNS" || fail "no such namespace"
                inside ip link set "p$$" name "$CNI_IFNAME" && inside ip addr add "$address" dev "$CNI_IFNAME" &&
                    inside ip link set "$CNI_IFNAME" up || fail "no interface"
                ip link set "s$$" up
                printf %s "$result" | tr '\n' ' ' |
                    sed "s|\"address\"|\"interface\": 0, \"address\"|" |
                    sed "s|{|{\"interfaces\": [{\"name\": \"$CNI_IFNAME\", \"sandbox\": \"$CNI_NETNS\"}], |" ;;
            DEL)
                inside ip link del "$CNI_IFNAME" 2> /dev/null
                printf %s "$input" | $plugins/$ipam ;;
        esac
        """;

    // It changes no result, as `tuning` without settings does not.
    private const string Vrf = Start + "\n" + """
        has '"vrfname":"blue"' || fail "vrfname is lost"
        if [ "$CNI_COMMAND" = ADD ]; then
            has "\"name\":\"$CNI_IFNAME\"" || fail "prevResult does not have $CNI_IFNAME"
            inside ip -o link show dev "$CNI_IFNAME" > /dev/null || fail "$CNI_IFNAME is not there"
        fi
        printf %s "$input" | $plugins/tuning
        """;

    /// <summary>The input of the stand-ins since <see cref="ForgetRuns"/>.</summary>
    public IReadOnlyList<string> Runs => File.Exists(Host.PathOf(Record)) ? File.ReadAllLines(Host.PathOf(Record)) : [];

    public void ForgetRuns() => File.Delete(Host.PathOf(Record));

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        foreach (var network in (string[])["ipvlan", "vlan", "dummy", "vrf"])
            await CreateNetworkAsync([.. WithNullIpam(network), network], cancellationToken);
    }

    private static string Chain(string type, string settings, string subnet) => $$"""
        { "cniVersion": "1.0.0", "name": "{{type}}", "plugins": [
          { "type": "{{type}}", {{settings}} "ipam": { "type": "host-local", "subnet": "{{subnet}}" } } ] }
        """;
}
