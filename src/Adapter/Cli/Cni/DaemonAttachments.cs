using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What the daemon has attached and reserved, as its journal says at this moment. Only looks: the journal is the daemon's.</summary>
internal static class DaemonAttachments
{
    /// <summary>The daemon's attachments on a network, under every name that plugins may know them by.</summary>
    /// <param name="journal">The daemon's.</param>
    /// <param name="networkName">The CNI network.</param>
    /// <param name="all">Refuse to answer when a record cannot be read: whoever asks would delete what it stands for.</param>
    /// <exception cref="CniException">Code 6: such a record is there.</exception>
    public static IEnumerable<AttachmentId> On(Journal journal, string networkName, bool all)
    {
        var (attachments, unreadable) = journal.Attachments.Peek();
        var (reservations, unreadableReservations) = journal.Reservations.Peek();
        if (all && unreadable.Concat(unreadableReservations).FirstOrDefault() is { File: not null } broken)
        {
            throw new CniException(
                CniErrorCode.DecodingFailure,
                $"the daemon's record {broken.File} cannot be read ({broken.Reason}), so that its attachment cannot be spared; remove the file if its container is gone");
        }

        return
        [
            .. attachments.Where(record => record.CniNetwork == networkName).SelectMany(Ids),
            .. reservations.Where(record => record.CniNetwork == networkName)
                .Select(record => new AttachmentId(networkName, record.ContainerId, InterfaceNames.Sandbox)),
        ];
    }

    // Plugins that run in the sandbox are told the name that Docker gave the link.
    private static IEnumerable<AttachmentId> Ids(AttachmentRecord record) =>
        new[] { record.InterfaceName, record.SandboxInterfaceName }
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Select(ifname => new AttachmentId(record.CniNetwork, record.ContainerId, ifname));
}
