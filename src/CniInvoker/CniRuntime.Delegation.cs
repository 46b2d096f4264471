namespace CniInvoker;

// The IPAM plugin of a network alone, run as a plugin delegates to it (SPEC §4): for a caller that needs the address before the interface.
public sealed partial class CniRuntime
{
    /// <summary>
    /// ADD of the network's IPAM plugin and of nothing else (SPEC §4). It reads the whole configuration of the plugin that would delegate to it. When it
    /// fails, the caller cancels or time is up, its DEL runs, which no cancellation cuts short.
    /// </summary>
    /// <param name="network">A network of which one plugin has an <c>ipam</c> section; the first such is meant.</param>
    /// <param name="attachment">The container's side; its namespace must exist.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <returns>Addresses, routes and DNS, in the network's version; no interfaces.</returns>
    /// <exception cref="CniException">The plugin failed, or the network has none (code 7). When <see cref="CniException.CleanupFailure"/> is
    /// set the DEL failed too and must be run again.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing is left behind.</exception>
    public async Task<CniResult> AllocateAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Add);
        cancellationToken.ThrowIfCancellationRequested();
        using var turn = await EnterAsync(CniOperation.Add, network, attachment, deadlines.Add, cancellationToken).ConfigureAwait(false);
        var request = Delegation(CniOperation.Add, network, attachment, previousResult: null);
        try
        {
            var output = await RunAsync(request, new VerbDeadline(timeProvider, deadlines.Add), cancellationToken).ConfigureAwait(false);
            return PluginAnswer.ReadResult(request, output, network.CniVersion);
        }
        catch (Exception failure)
        {
            // Whatever stopped it: what it may have reserved must be released.
            var leftBehind = await UndoAsync(network, () => GiveBackAsync(network, attachment, previousResult: null, CancellationToken.None)).ConfigureAwait(false);
            if (leftBehind is null)
                throw;

            throw (failure as CniException ?? Interrupted(CniOperation.Add, network, failure)).WithCleanupFailure(leftBehind);
        }
    }

    /// <summary>DEL of the network's IPAM plugin and of nothing else (SPEC §4). May be repeated, also when nothing was ever allocated.</summary>
    /// <param name="network">The network, as it was at <see cref="AllocateAsync"/>.</param>
    /// <param name="attachment">The container's side, as it was then; its namespace may be gone.</param>
    /// <param name="previousResult">What was allocated, or null when that is lost.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">The plugin failed; DEL is to be tried again later.</exception>
    public async Task ReleaseAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Delete);
        using var turn = await EnterAsync(CniOperation.Delete, network, attachment, deadlines.Delete, cancellationToken).ConfigureAwait(false);
        await GiveBackAsync(network, attachment, previousResult, cancellationToken).ConfigureAwait(false);
    }

    private async Task GiveBackAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        var result = SpecVersion.Parse(network.CniVersion) >= SpecVersion.WithCheck ? InVersionOf(network, previousResult) : null;
        var request = Delegation(CniOperation.Delete, network, attachment, result);
        await RunAsync(request, new VerbDeadline(timeProvider, deadlines.Delete), cancellationToken).ConfigureAwait(false);
    }

    private PluginRequest Delegation(CniOperation operation, NetworkConfiguration network, Attachment attachment, CniResult? previousResult)
    {
        var delegating = network.Plugins.FirstOrDefault(plugin => plugin.IpamType is not null)
            ?? throw new CniException(CniErrorCode.InvalidNetworkConfiguration, "none of its plugins has an ipam section with a type").During(operation, network.Name);
        var stdin = RequestConfiguration.Derive(network, delegating, previousResult, attachment);
        return Request(operation, delegating.IpamType!, network.Name, stdin, attachment);
    }
}
