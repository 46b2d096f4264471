using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain with one more plugin at its end, which has a secret in its configuration, tells it to everybody, and fails as
/// <see cref="Fail"/> says. There are secrets in an argument of the network and in a variable too.
/// </summary>
public sealed class HistoryHost() : EngineHost(new TestHostOptions
{
    CniNetworks =
        Only(CniNetworks.StockChain.Replace(
            """{ "type": "firewall" }""", $$"""{ "type": "firewall" }, { "type": "{{Plugin}}", "password": "{{Password}}" }""",
            StringComparison.Ordinal)),
    CniPlugins = new Dictionary<string, string> { [Plugin] = Script },
    BridgeSettings = $$"""
        pluginEnvironment: { LOGIN: '{{Variable}}' }
        log: { level: debug }
        repair: { interval: 2s, retryFirst: 500ms }
        """,
})
{
    public const string Plugin = "talkative";
    public const string Password = "planted-Pa55word";
    public const string Argument = "planted-Argument-9";
    public const string Variable = "planted-Variable-7";

    private const string Failing = "/run/bridge-test/talkative-fails";

    // A healthy one does what `tuning` without settings does: nothing.
    private const string Script = $$"""
        #!/bin/sh
        input=$(cat)
        password=$(printf %s "$input" | sed -n 's/.*"password": *"\([^"]*\)".*/\1/p')
        echo "logged in as $LOGIN with $password and $CNI_ARGS" >&2
        if [ "$CNI_COMMAND" = ADD ] && [ -e {{Failing}} ]; then
            echo '{"cniVersion": "1.0.0", "code": 117, "msg": "'"$password"' is wrong", "details": "ask for another"}'
            exit 1
        fi
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && printf %s "$input" | exec $directory/tuning
        done
        """;

    /// <summary>All that must be nowhere in what is kept.</summary>
    public static IReadOnlyList<string> Secrets { get; } = [Password, Argument, Variable];

    public void Fail() => File.WriteAllText(Host.PathOf(Failing), "");

    public void Work() => File.Delete(Host.PathOf(Failing));

    protected override Task FurnishAsync(CancellationToken cancellationToken) =>
        CreateNetworkAsync([.. Ipam, "--opt", $"cni.network={CniNetworks.Name}", "--opt", $"cni.args.API_TOKEN={Argument}", Network],
            cancellationToken);
}
