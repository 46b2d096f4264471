namespace Bridge.Adapter.Cli.Manual;

/// <summary>Notes on <c>cnm-cni cni …</c>.</summary>
internal static class CniNotes
{
    private static readonly Entry Path = new("CNI_PATH", "Directories of plugins, with ':' between them. Without it: the settings'.");
    private static readonly Entry Directory = new("NETCONFPATH", "The directory of CNI networks. Without it: the settings'.");

    private static readonly Entry[] OfAttachments =
    [
        Path,
        Directory,
        new("CNI_ARGS", "Arguments for the plugins: KEY=VALUE, with ';' between two."),
        new("CAP_ARGS", "Capability arguments, as a JSON object by capability."),
        new("CNI_IFNAME", "The interface's name. --ifname precedes it."),
        new("CNI_CONTAINERID", "The container's id. --container-id precedes it."),
    ];

    private static readonly IReadOnlyList<Entry> ExitCodes =
        CommandNotes.FailsWhen("A plugin failed, or a file cannot be read. The error is on standard output too, as CNI's error object.");

    public static IReadOnlyDictionary<string, CommandNotes> All { get; } = new Dictionary<string, CommandNotes>
    {
        ["cnm-cni cni"] = new()
        {
            Description =
            [
                "They need neither Docker nor a running cnm-cni. Standard output is JSON and nothing else; sentences for people and the " +
                "plugins' own error output go to standard error.",
            ],
            Examples =
            [
                new("ip netns add test", "a network namespace"),
                new("cnm-cni cni add pods /run/netns/test", "attach it to CNI network pods"),
                new("cnm-cni cni del pods /run/netns/test", "detach it"),
            ],
            Environment = OfAttachments,
            ExitCodes = ExitCodes,
        },
        ["cnm-cni cni add"] = new()
        {
            Description = ["An add that fails or is interrupted is cleaned up."],
            Examples =
            [
                new("cnm-cni cni add pods /run/netns/test", "attach the namespace as eth0"),
                new("cnm-cni cni add pods /proc/4711/ns/net --ifname net1", "attach a process's namespace as net1"),
            ],
            Environment = OfAttachments,
            ExitCodes = ExitCodes,
        },
        ["cnm-cni cni check"] = new()
        {
            Examples = [new("cnm-cni cni check pods /run/netns/test", "whether all is as add made it")],
            Environment = OfAttachments,
            ExitCodes = ExitCodes,
        },
        ["cnm-cni cni del"] = new()
        {
            Examples = [new("cnm-cni cni del pods /run/netns/test", "detach it")],
            Environment = OfAttachments,
            ExitCodes = ExitCodes,
        },
        ["cnm-cni cni status"] = new()
        {
            Examples = [new("cnm-cni cni status pods", "whether pods could be attached to now")],
            Environment = [Path, Directory],
            ExitCodes = ExitCodes,
        },
        ["cnm-cni cni gc"] = new()
        {
            Examples =
            [
                new("cnm-cni cni gc pods --keep web --keep db/net1", "delete all attachments but these"),
                new("cnm-cni cni gc pods --force", "delete all that these commands made"),
            ],
            Environment = [Path, Directory],
            ExitCodes = ExitCodes,
        },
        ["cnm-cni cni validate"] = new()
        {
            Examples = [new("cnm-cni cni validate", "every file of the configuration directory")],
            Environment = [Path, Directory],
            ExitCodes = CommandNotes.FailsWhen("There is an error in the configuration."),
        },
        ["cnm-cni cni list"] = new()
        {
            Examples = [new("cnm-cni cni list", "networks, and what is attached by hand")],
            Environment = [Path, Directory],
            ExitCodes = ExitCodes,
        },
    };
}
