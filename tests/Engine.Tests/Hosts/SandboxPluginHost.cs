using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain with a third party's plugin behind it, which the settings send into the sandbox. It writes down in which namespace it
/// finds its interface, and fails on request.
/// </summary>
public sealed class SandboxPluginHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] =
            CniNetworks.StockChain.Replace(
                """{ "type": "firewall" }""", $$"""{ "type": "firewall" }, { "type": "{{Plugin}}" }""", StringComparison.Ordinal),
        [CniNetworks.SecondFileName] =
            $$"""{ "cniVersion": "1.0.0", "name": "{{CniNetworks.SecondName}}", "plugins": [ { "type": "{{Plugin}}" } ] }""",
    },
    CniPlugins = new Dictionary<string, string> { [Plugin] = Script },
    BridgeSettings = $$"""
        sandboxPlugins: [{{Plugin}}]
        repair: { interval: 2s, retryFirst: 500ms }
        """,
})
{
    public const string Plugin = "sentinel";

    private const string Directory = "/run/bridge-test/sentinel";

    // A healthy one changes no result, as `tuning` without settings does not.
    private const string Script = $$"""
        #!/bin/sh
        mkdir -p {{Directory}}
        case "$CNI_COMMAND" in ADD | DEL)
            address=$(nsenter --net="$CNI_NETNS" ip -o -4 addr show dev "$CNI_IFNAME" | awk '{ print $4 }')
            echo "$CNI_COMMAND $CNI_IFNAME net:[$(stat -L -c %i "$CNI_NETNS")] $address" >> {{Directory}}/runs ;;
        esac
        if [ "$CNI_COMMAND" = ADD ] && [ -e {{Directory}}/fails ]; then
            echo '{"cniVersion": "1.0.0", "code": 118, "msg": "the gate is locked", "details": "ask the keeper"}'
            exit 1
        fi
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && exec $directory/tuning
        done
        """;

    public bool Fails
    {
        set
        {
            System.IO.Directory.CreateDirectory(Host.PathOf(Directory));
            File.Delete(Host.PathOf($"{Directory}/fails"));
            if (value)
                File.WriteAllText(Host.PathOf($"{Directory}/fails"), "");
        }
    }

    /// <summary>
    /// Its input since <see cref="ForgetRuns"/>: operation, interface, namespace, address of the interface in that namespace.
    /// </summary>
    public IReadOnlyList<string> Runs =>
        File.Exists(Host.PathOf($"{Directory}/runs")) ? File.ReadAllLines(Host.PathOf($"{Directory}/runs")) : [];

    public void ForgetRuns() => File.Delete(Host.PathOf($"{Directory}/runs"));
}
