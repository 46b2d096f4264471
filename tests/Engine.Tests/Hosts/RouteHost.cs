using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// CNI networks of both families with default routes of their own making: a third party's plugin behind bridge and host-local runs
/// <c>ip</c> in the container's namespace.
/// Tests make the Docker networks.
/// </summary>
public sealed class RouteHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        ["10-straight.conflist"] = Chain(Straight, 1, "-4 route prepend default dev IF; -6 route prepend default dev IF"),
        ["20-tuned.conflist"] = Chain(
            Tuned, 2,
            "-4 route prepend default via 10.98.2.1 mtu 1450 advmss 1400 initcwnd 20; -4 route prepend default via 10.98.2.254 dev IF " +
            "metric 200; " +
            "-6 route prepend default via fd00:98:2::1 dev IF mtu 1350; -6 route prepend default via fd00:98:2::fe dev IF metric 2048"),
        ["30-outside.conflist"] = Chain(
            Outside, 3, "-4 route prepend default via 192.0.2.1 dev IF onlink; -6 route prepend default via fd00:99::1 dev IF onlink"),
        ["40-shared.conflist"] = Chain(Shared, 4, Nearby, isDual: false),
        ["50-alike.conflist"] = Chain(Alike, 5, Nearby, isDual: false),
        ["60-pointed.conflist"] = Chain(
            Pointed, 6,
            "-4 address add 10.98.6.250/24 dev IF; -6 address add fd00:98:6::250/128 dev IF nodad; " +
            "-4 address del OWN4/24 dev IF; -4 address add OWN4 peer 10.98.6.1 dev IF; -6 address del OWN6/64 dev IF; -6 address add " +
            "OWN6 peer fd00:98:6::1 dev IF nodad; " +
            "-4 address replace 10.98.6.250/24 dev IF; -4 route prepend default via 10.98.6.1 dev IF; -6 route prepend default via " +
            "fd00:98:6::1 dev IF"),
        ["70-second.conflist"] = Chain(
            Second, 7,
            "-4 address del OWN4/24 dev IF; -4 address add OWN4/32 dev IF; -4 address add 10.98.7.250/24 dev IF; -4 route prepend " +
            "default via 10.98.7.1 dev IF", isDual: false),
    },
    CniPlugins = new Dictionary<string, string> { ["routes"] = Plugin },
})
{
    public const string Straight = "straight";
    public const string Tuned = "tuned";
    public const string Outside = "outside";
    public const string Shared = "shared";
    public const string Alike = "alike";
    public const string Pointed = "pointed";
    public const string Second = "second";

    // One next hop on every network, with a second way out behind it.
    private const string Nearby =
        "-4 route add 169.254.1.1 dev IF; -4 route prepend default via 169.254.1.1 dev IF mtu 1450; -4 route add default via 169.254.1.1 " +
        "dev IF metric 300";

    private const string Plugin = """
        #!/bin/sh
        input=$(cat)
        own() { nsenter --net="$CNI_NETNS" ip -o $1 address show dev "$CNI_IFNAME" scope global | sed -n '1s/.* inet6* \([^/ ]*\).*/\1/p'; }
        # The kernel follows a change of IPv6 addresses a moment later: a next hop may be unreachable at first.
        run() { nsenter --net="$CNI_NETNS" ip "$@"; }
        if [ "$CNI_COMMAND" = ADD ]; then
            four=$(own -4) six=$(own -6)
            printf %s "$input" | tr -d '\n' | sed 's/.*"commands": *"\([^"]*\)".*/\1/' | tr ';' '\n' |
                sed "s/IF/$CNI_IFNAME/g; s/OWN4/$four/g; s/OWN6/$six/g" | while read -r command || [ -n "$command" ]; do
                case "$command" in *-6*)
                    nsenter --net="$CNI_NETNS" ip -6 address show dev "$CNI_IFNAME" scope global | grep -q inet6 || continue ;; esac
                run $command || { sleep 0.2; run $command; } || { sleep 1; run $command; } ||
                    { echo "{\"cniVersion\": \"1.0.0\", \"code\": 119, \"msg\": \"ip $command failed\"}"; exit 1; }
            done || exit 1
        fi
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && printf %s "$input" | exec $directory/tuning
        done
        """;

    protected override async Task FurnishAsync(CancellationToken cancellationToken) =>
        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();

    private static string Chain(string name, int number, string commands, bool isDual = true) => $$"""
        { "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [
          { "type": "bridge", "bridge": "cnir{{number}}", "isGateway": true,
            "ipam": { "type": "host-local", "ranges": [
              [{ "subnet": "10.98.{{number}}.0/24" }]{{(isDual ? $$""", [{ "subnet": "fd00:98:{{number}}::/64" }]""" : "")}}] } },
          { "type": "routes", "commands": "{{commands}}" } ] }
        """;
}
