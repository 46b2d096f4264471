using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What <c>--keep ID[/IFNAME]</c> means.</summary>
internal static class KeptAttachments
{
    /// <param name="words">As they were typed.</param>
    /// <param name="networkName">The network whose garbage is collected.</param>
    /// <param name="client">Remembers attachments.</param>
    /// <exception cref="MisuseException">A word names no attachment: better nothing is deleted than the wrong one.</exception>
    public static IReadOnlyList<AttachmentId> Read(IReadOnlyCollection<string> words, string networkName, CniClient client)
    {
        var remembered = client.Attachments().Attachments.Select(attachment => attachment.Id).Where(id => id.NetworkName == networkName).ToLookup(id => id.ContainerId);
        return [.. words.SelectMany(word => Read(word, networkName, remembered)).Distinct()];
    }

    private static IEnumerable<AttachmentId> Read(string word, string networkName, ILookup<string, AttachmentId> remembered)
    {
        var slash = word.IndexOf('/');
        var (containerId, interfaceName) = slash < 0 ? (word, null) : (word[..slash], word[(slash + 1)..]);
        Require(word, containerId, interfaceName ?? AttachmentArguments.DefaultInterfaceName);
        return interfaceName is null && remembered[containerId].Any()
            ? remembered[containerId]
            : [new AttachmentId(networkName, containerId, interfaceName ?? AttachmentArguments.DefaultInterfaceName)];
    }

    private static void Require(string word, string containerId, string interfaceName)
    {
        try
        {
            _ = new Attachment(containerId, networkNamespace: "", interfaceName);
        }
        catch (CniException refused)
        {
            throw new MisuseException($"--keep {word}: {refused.Msg}", refused.Code);
        }
    }
}
