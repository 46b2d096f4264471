using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Neighbours;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>
/// An ADD that failed, and whose undoing failed too. What that failed at may be gone with the link that it took away: asked again, plugins do not look
/// for it, and the address is released. They succeed then whether something is left or not; what the host holds decides.
/// </summary>
internal sealed class FailedAddition(CniClient client, string network, Attachment attachment)
{
    private readonly HostLeftovers _leftovers = new(new FirewallDump(TimeProvider.System), new AddressStores(TimeProvider.System));

    /// <returns>The failure, with what is left in the end.</returns>
    public async Task<CniException> UndoneAsync(CniException failed)
    {
        var id = new AttachmentId(network, attachment.ContainerId, attachment.InterfaceName);
        var remembered = client.Attachments().Attachments;
        var configuration = remembered.FirstOrDefault(stored => stored.Id == id)?.Network;
        // Rules and addresses have the container's id, whichever of its interfaces they are for.
        var isAlone = !remembered.Any(stored => stored.Id != id && stored.Id.NetworkName == network && stored.Id.ContainerId == attachment.ContainerId);
        try
        {
            await client.DeleteAsync(network, attachment, CancellationToken.None);
        }
        catch (CniException)
        {
            return failed; // For the reason that is known already; it stays remembered.
        }

        return configuration is not null && isAlone && await LeftAsync(configuration) is { } left
            ? new CniException(failed.Code, failed.Msg, failed.Details, failed)
            {
                Operation = failed.Operation,
                NetworkName = failed.NetworkName,
                Plugin = failed.Plugin,
                Stderr = failed.Stderr,
                TimedOut = failed.TimedOut,
                CleanupFailure = new CniException(CniErrorCode.Internal, left),
            }
            : failed.WithoutCleanupFailure();
    }

    private async Task<string?> LeftAsync(NetworkConfiguration configuration)
    {
        try
        {
            var marks = new FirewallMarks(network, attachment.ContainerId, []);
            string[] left =
            [
                .. await _leftovers.RulesAsync(marks.IsOn, CancellationToken.None),
                .. await _leftovers.AddressesAsync(configuration, attachment.ContainerId, CancellationToken.None),
            ];
            return left.Length == 0 ? null : $"the plugins say that they have undone everything, and this is left: {string.Join("; ", left)}";
        }
        catch (IOException unknown)
        {
            return unknown.Message;
        }
    }
}
