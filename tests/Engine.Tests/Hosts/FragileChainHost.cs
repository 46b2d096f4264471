using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain with one more plugin at its end, which fails in the way that <see cref="FailAs"/> says. Its deadlines are 20 s:
/// short for a plugin that hangs, and long for a busy machine.</summary>
public abstract class FragileChainHost() : EngineHost(new TestHostOptions
{
    CniNetworks =
        Only(CniNetworks.StockChain.Replace(
            """{ "type": "firewall" }""", $$"""{ "type": "firewall" }, { "type": "{{Plugin}}" }""", StringComparison.Ordinal)),
    CniPlugins = new Dictionary<string, string> { [Plugin] = Script },
    BridgeSettings = """
        timeouts: { add: 20s, delete: 20s, terminationGrace: 500ms }
        repair: { interval: 2s, retryFirst: 500ms }
        """,
})
{
    public const string Plugin = "fragile";

    // A healthy one does what `tuning` without settings does: nothing.
    private const string Script = """
        #!/bin/sh
        how=$(cat /run/bridge-test/fragile 2> /dev/null)
        [ "$CNI_COMMAND $how" != "DEL late-error-at-DEL" ] || sleep 2
        case "$CNI_COMMAND $how" in
            "ADD error" | "DEL error-at-DEL" | "DEL late-error-at-DEL")
                echo '{"cniVersion": "1.0.0", "code": 117, "msg": "the quarry is shut", "details": "come back on Monday"}'
                exit 1 ;;
            "ADD garbage")
                echo 'panic: all the gravel is gone'
                exit 0 ;;
            "ADD signal")
                echo 'about to crash' >&2
                kill -SEGV $$ ;;
            "ADD hang")
                sleep 987 &
                sleep 987 ;;
        esac
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && exec $directory/tuning
        done
        """;

    public void FailAs(string how) => File.WriteAllText(Host.PathOf("/run/bridge-test/fragile"), how);

    public void Work() => FailAs("");
}
