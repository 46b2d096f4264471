using System.CommandLine;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>How an attachment is named on the command line.</summary>
internal static class AttachmentArguments
{
    public const string DefaultInterfaceName = "eth0";
    private const int HashedBytes = 10;

    public static Argument<string> Network { get; } = new("NET")
    {
        Description = "The network's name, as it is written in its file.",
        CompletionSources = { CniCompletions.Networks },
    };

    public static Argument<string> Netns { get; } = new("NETNS")
    {
        Description = "The path of the container's network namespace, such as /run/netns/NAME or /proc/PID/ns/net.",
        CompletionSources = { CniCompletions.Namespaces, Completions.Files },
    };

    public static Option<string?> InterfaceName { get; } = new("--ifname", "-i")
    {
        Description = "The interface's name in the container. Without it: CNI_IFNAME, else eth0.",
        HelpName = "IFNAME",
    };

    public static Option<string?> ContainerId { get; } = new("--container-id")
    {
        Description = "The container's id. Without it: CNI_CONTAINERID, else an id derived from the path NETNS, the same that cnitool " +
            "derives.",
        HelpName = "ID",
        CompletionSources = { CniCompletions.ContainerIds },
    };

    /// <param name="parsed">The command line.</param>
    /// <param name="environment">What it leaves out.</param>
    /// <param name="mayBeGone">Whether an empty NETNS says that there is no namespace any more.</param>
    /// <exception cref="MisuseException">A word is missing, or is one that no plugin may see.</exception>
    public static Attachment Read(ParseResult parsed, CniEnvironment environment, bool mayBeGone = false)
    {
        var containerId = parsed.GetValue(ContainerId) ?? environment.ContainerId;
        var written = parsed.GetRequiredValue(Netns);
        var netns = written.Length == 0 && mayBeGone && containerId is not null ? "" : Absolute(written);
        return Checked(
            containerId ?? DerivedId(netns),
            netns,
            parsed.GetValue(InterfaceName) ?? environment.InterfaceName ?? DefaultInterfaceName,
            environment);
    }

    private static Attachment Checked(string containerId, string netns, string interfaceName, CniEnvironment environment)
    {
        try
        {
            return new Attachment(containerId, netns, interfaceName, environment.Arguments(), environment.Capabilities());
        }
        catch (CniException refused)
        {
            throw new MisuseException(refused.Msg, refused.Code);
        }
    }

    private static string Absolute(string netns) => netns.Length > 0
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(netns))
        : throw new MisuseException("NETNS is empty; it is the path of a network namespace, also for del, where it need not exist any " +
            "more, and may be empty with --container-id");

    // Part of the interface: what one tool has attached the other can find, and their addresses do not collide.
    private static string DerivedId(string netns) =>
        $"cnitool-{Convert.ToHexStringLower(NameHash.Sha512(netns).AsSpan(0, HashedBytes))}";
}

/// <summary>
/// <c>--env NAME=VALUE</c>: what plugins find in their environment besides. As with cnitool, whose plugins get all of its own environment,
/// each command has to be told: it may be a secret, and is not written down.
/// </summary>
internal static class PluginVariableOption
{
    public static Option<string[]> Variables { get; } = new("--env", "-e")
    {
        Description = "An environment variable for the plugins; without =VALUE: with the value that it has here. Can be given several " +
            "times. Is not remembered: check and del need it again.",
        HelpName = "NAME[=VALUE]",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <exception cref="MisuseException">A word is no variable, or one that nobody may choose.</exception>
    public static IReadOnlyDictionary<string, string> Read(ParseResult parsed, CniEnvironment environment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in parsed.GetValue(Variables) ?? [])
        {
            var equals = word.IndexOf('=');
            var name = equals < 0 ? word : word[..equals];
            var value = equals < 0 ? environment.Named(name) : word[(equals + 1)..];
            if (PluginVariables.Problem(name, value ?? "") is { } problem)
                throw new MisuseException($"--env: \"{name}\" {problem}");

            if (!variables.TryAdd(name, value ?? throw new MisuseException($"--env: {name} has no value here; write {name}=VALUE")))
                throw new MisuseException($"--env: {name} is given twice");
        }

        return variables;
    }
}
