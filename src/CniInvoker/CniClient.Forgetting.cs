namespace CniInvoker;

// For what can never be deleted.
public sealed partial class CniClient
{
    /// <summary>
    /// Forgets an attachment whose DEL can never succeed: of its plugins only the IPAM plugin runs once more (DEL), so that at least the addresses are
    /// free. What the others made stays.
    /// </summary>
    /// <param name="networkName">The network.</param>
    /// <param name="attachment">Which attachment; its other words are those remembered.</param>
    /// <param name="cancellationToken">Ends the running plugin; the attachment stays remembered.</param>
    /// <returns>Why the IPAM plugin did not release the addresses; null when it did, or the network has none.</returns>
    /// <exception cref="CniException">Code 3: none is remembered. Code 4: the container is somebody else's. Code 6: what is remembered cannot be
    /// read. Code 7: the network is neither remembered nor configured. Code 11: another operation for this container takes too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the attachment stays remembered.</exception>
    public async Task<CniException?> ForgetAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Delete, networkName, attachment);
        using var turn = await EnterAsync(CniOperation.Delete, id, _options.Deadlines.Delete, cancellationToken).ConfigureAwait(false);
        var stored = Remembered(CniOperation.Delete, id)
            ?? throw new CniException(CniErrorCode.UnknownContainer, $"nothing is remembered of {id}").During(CniOperation.Delete, networkName);
        var network = NetworkOf(CniOperation.Delete, networkName, stored);
        var failure = await TryReleaseAsync(network, Reachable(Repeated(stored, attachment)), stored.Result, cancellationToken).ConfigureAwait(false);
        Drop(id);
        return failure;
    }

    private async Task<CniException?> TryReleaseAsync(NetworkConfiguration network, Attachment attachment, CniResult? result, CancellationToken cancellationToken)
    {
        if (network.Plugins.All(plugin => plugin.IpamType is null))
            return null;

        try
        {
            await _runtime.ReleaseAsync(network, attachment, InVersionOf(network, result), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (CniException failure)
        {
            return failure;
        }
    }

    // A plugin that opens a path which names something else fails before it has released anything.
    private static Attachment Reachable(Attachment attachment) =>
        NetworkNamespaceFile.IsForeign(attachment.NetworkNamespace) ? attachment.WithoutNetworkNamespace() : attachment;

    private void Drop(AttachmentId id)
    {
        try
        {
            _store.Remove(id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var msg = $"{id} is deleted but cannot be forgotten: {ErrorText.Of(failure)}";
            throw new CniException(CniErrorCode.InputOutput, msg, details: null, failure).During(CniOperation.Delete, id.NetworkName);
        }
    }
}
