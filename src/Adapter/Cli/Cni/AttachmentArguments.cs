using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
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
    };

    public static Argument<string> Netns { get; } = new("NETNS")
    {
        Description = "The path of the container's network namespace, such as /run/netns/NAME or /proc/PID/ns/net.",
    };

    public static Option<string?> InterfaceName { get; } = new("--ifname", "-i")
    {
        Description = "The interface's name in the container. Without it: CNI_IFNAME, else eth0.",
        HelpName = "IFNAME",
    };

    public static Option<string?> ContainerId { get; } = new("--container-id")
    {
        Description = "The container's id. Without it: CNI_CONTAINERID, else an id derived from the path NETNS, the same that cnitool derives.",
        HelpName = "ID",
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
        : throw new MisuseException("NETNS is empty; it is the path of a network namespace, also for del, where it need not exist any more, and may be empty with --container-id");

    // Part of the interface: what one tool has attached the other can find, and their addresses do not collide.
    private static string DerivedId(string netns) =>
        $"cnitool-{Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(netns)).AsSpan(0, HashedBytes))}";
}
