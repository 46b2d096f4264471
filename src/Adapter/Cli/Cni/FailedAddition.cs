using Bridge.Adapter.Leftovers;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>
/// An ADD that failed, and whose clean-up failed too. What that failed at may be gone with the link that it took away: asked again, plugins
/// do not look for it, and the address is released. They succeed then whether something is left or not; what the host holds decides.
/// </summary>
internal sealed class FailedAddition(CniClient client, string network, Attachment attachment)
{
    private readonly HostLeftovers _leftovers = new(new FirewallDump(TimeProvider.System), new AddressStores(TimeProvider.System));

    /// <returns>The failure, with what is left in the end.</returns>
    public async Task<CniException> UndoneAsync(CniException failed)
    {
        var id = new AttachmentId(network, attachment.ContainerId, attachment.InterfaceName);
        var remembered = client.Attachments().Attachments;
        var begun = remembered.FirstOrDefault(stored => stored.Id == id);
        var configuration = begun?.Network;
        // Rules and addresses have the container's id, whichever of its interfaces they are for.
        var isAlone = !remembered.Any(
            stored => stored.Id != id && stored.Id.NetworkName == network && stored.Id.ContainerId == attachment.ContainerId);
        try
        {
            await client.DeleteAsync(network, attachment, CancellationToken.None);
        }
        catch (CniException cleanupFailure)
        {
            if (!isAlone || begun is not { Result: null, Network: { } made } || !await IsNothingMadeAsync(cleanupFailure, made))
                return failed; // It stays recorded.

            await client.ForgetAsync(network, attachment, CancellationToken.None);
            return failed.WithoutCleanupFailure();
        }

        return configuration is not null && isAlone && await LeftAsync(configuration) is { } left
            ? failed.WithCleanupFailure(new CniException(CniErrorCode.Internal, left))
            : failed.WithoutCleanupFailure();
    }

    private Task<bool> IsNothingMadeAsync(CniException cleanupFailure, NetworkConfiguration configuration)
    {
        var showsItsWork = MainPlugin.ShowsWhatItMakes(configuration)
            && !Sandbox.HasLink(attachment.NetworkNamespace, attachment.InterfaceName);
        return HostLeftovers.IsNothingMadeAsync(
            cleanupFailure, hasResult: false, showsItsWork, async () => await LeftAsync(configuration) is { } left ? [left] : []);
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
            return left.Length == 0 ? null : $"the plugins report success, but this remains: {HostLeftovers.Text(left)}";
        }
        catch (IOException unknown)
        {
            return unknown.Message;
        }
    }
}
