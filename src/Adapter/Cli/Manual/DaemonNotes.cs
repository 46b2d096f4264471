using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli.Manual;

/// <summary>Notes on the program as a whole, on the driver, and on the commands about the program itself.</summary>
internal static class DaemonNotes
{
    public static IReadOnlyDictionary<string, CommandNotes> All { get; } = new Dictionary<string, CommandNotes>
    {
        ["cnm-cni"] = new()
        {
            Description =
            [
                "docker run --network pods then puts a container on the same network as the Kubernetes pods of that host: same Linux " +
                "bridge, same address pool, same plugins.",
            ],
            Examples =
            [
                new("cnm-cni serve", "run the driver, as root"),
                new("cnm-cni networks", "the CNI networks of this host"),
                new("cnm-cni networks create pods", "a Docker network for CNI network pods"),
                new("docker run --network pods IMAGE", "a container on it"),
                new("cnm-cni status", "who is attached, with which addresses and ports"),
                new("cnm-cni test pods", "who reaches whom on a network, by trying"),
                new("cnm-cni cni add pods /run/netns/test", "a CNI network by hand, as cnitool does"),
            ],
            Files =
            [
                new(SettingsFile.DefaultPath, "The settings, if there are any."),
                new("/run/docker/plugins/cni.sock", "Where Docker and these commands reach the driver."),
                new("/var/lib/cnm-cni", "Records that a power cut must not take: networks, addresses, pending clean-ups."),
                new("/run/cnm-cni", "The present state of attachments, and their network namespaces."),
                new("/etc/cni/net.d", "CNI networks, where no container runtime names another directory."),
            ],
        },
        ["cnm-cni serve"] = new()
        {
            Description = ["Containers keep their network while it is stopped. At SIGTERM it finishes running calls, within 13 seconds."],
            Examples =
            [
                new("cnm-cni serve", "run it in the foreground"),
                new("cnm-cni serve --log-file /var/log/cnm-cni.log", "log to a file that rotates itself"),
            ],
            ExitCodes = CommandNotes.FailsWhen("It cannot start: no root, a directory or a socket that is not its own."),
        },
        ["cnm-cni metrics"] = new()
        {
            Examples = [new("cnm-cni metrics > cnm-cni.prom", "for a textfile collector")],
            ExitCodes = CommandNotes.FailsWhen("cnm-cni does not answer; then cnm_cni_up 0 is printed."),
        },
        ["cnm-cni settings"] = new()
        {
            Examples =
            [
                new("cnm-cni settings", "what is in force"),
                new($"cnm-cni settings --comments > {SettingsFile.DefaultPath}", "begin a settings file, with the meaning of each key"),
            ],
            SeeAlso = ["cnm-cni-serve"],
        },
        ["cnm-cni version"] = new() { Files = [] },
        ["cnm-cni completion"] = new()
        {
            Description = ["The script asks cnm-cni at each press of the key, so that it fits every later version. Packages install it."],
            Examples =
            [
                new("source <(cnm-cni completion bash)", "for this bash; in ~/.bashrc for each"),
                new("cnm-cni completion zsh > /usr/local/share/zsh/site-functions/_cnm-cni", "for everybody's zsh"),
                new("cnm-cni completion fish > ~/.config/fish/completions/cnm-cni.fish", "for your fish"),
            ],
            Environment = [new(Completions.PatienceVariable, "How long a shell waits for names. Without it: 300ms.")],
            Files = [],
        },
        ["cnm-cni man"] = new()
        {
            Examples =
            [
                new("cnm-cni man status | man -l -", "read the page of cnm-cni status"),
                new("cnm-cni man --output /usr/local/share/man", "write all pages to where man looks for them"),
            ],
            Environment = [new("SOURCE_DATE_EPOCH", "The date on the pages, in seconds since 1970. Without it: today.")],
            Files = [],
        },
    };
}
