using Bridge.TestHosts;

namespace Bridge.Soak.Stage;

/// <summary>
/// The stock plugins as cnm-cni finds them: scripts that run the real ones, unless they are to fail. They have a directory of their
/// own, so that pods, which use the same CNI network, have sound ones.
/// </summary>
internal sealed class FaultyPlugins(TestHost host)
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <summary>All plugins of the chain and of address management.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bridge", "portmap", "firewall", "host-local", "static"];

    public static IReadOnlyList<string> Ways { get; } = ["error", "signal", "garbage", "hang"];

    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(host.PathOf(Paths.Plugins));
        Directory.CreateDirectory(host.PathOf(Paths.Vanished));
        foreach (var name in Names)
        {
            await File.WriteAllTextAsync(host.PathOf($"{Paths.Plugins}/{name}"), Script(name), cancellationToken);
            File.SetUnixFileMode(host.PathOf($"{Paths.Plugins}/{name}"), Executable);
        }
    }

    /// <param name="name">Of the plugin.</param>
    /// <param name="afterWork">It does its work first, and hides that it did.</param>
    /// <param name="way">One of <see cref="Ways"/>.</param>
    public void Fail(string name, bool afterWork, string way)
    {
        var next = host.PathOf($"{Paths.Root}/{name}.next");
        File.WriteAllText(next, $"{(afterWork ? "after" : "before")} {way}\n");
        File.Move(next, Fault(name), overwrite: true);
    }

    /// <summary>From now on it works, if it is there.</summary>
    public void Mend(string name) => File.Delete(Fault(name));

    public void Vanish(string name) => File.Move(host.PathOf($"{Paths.Plugins}/{name}"), host.PathOf($"{Paths.Vanished}/{name}"));

    /// <summary>From now on it is there again.</summary>
    public void Restore(string name) => File.Move(host.PathOf($"{Paths.Vanished}/{name}"), host.PathOf($"{Paths.Plugins}/{name}"));

    private string Fault(string name) => host.PathOf($"{Paths.Root}/{name}.fault");

    // A DEL that did nothing must not claim success: what it leaves would be its own.
    private static string Script(string name) => $$"""
        #!/bin/sh
        real={{HostRequirements.PluginDirectory}}/{{name}}
        fault={{Paths.Root}}/{{name}}.fault
        case $CNI_COMMAND in ADD | DEL) ;; *) exec $real ;; esac
        [ -e $fault ] || exec $real
        read -r when how < $fault || exec $real
        [ $when = before ] || $real > /dev/null
        case $how in
            error)
                echo '{"cniVersion": "1.0.0", "code": 117, "msg": "the quarry is shut", "details": "come back on Monday"}'
                exit 1 ;;
            signal)
                kill -SEGV $$ ;;
            garbage)
                echo 'panic: all the gravel is gone'
                [ $CNI_COMMAND = ADD ] ;;
            hang)
                sleep 600 &
                sleep 600 ;;
        esac
        """;
}
