namespace CniInvoker;

// The IPAM plugin of a network alone, run as a plugin delegates to it (SPEC §4): for a caller that needs the address before the interface.
public sealed partial class CniRuntime
{
    /// <summary>
    /// ADD of the network's IPAM plugin alone (SPEC §4). Its stdin is the whole configuration of the plugin that would delegate to it.
    /// After a failure, a cancellation or the deadline, runs its DEL; no cancellation interrupts that.
    /// </summary>
    /// <param name="network">The network; the first of its plugins with an <c>ipam</c> section counts.</param>
    /// <param name="attachment">The container's side; its namespace must exist.</param>
    /// <param name="cancellationToken">Terminates the running plugin.</param>
    /// <returns>Addresses, routes and DNS, in the network's version; no interfaces.</returns>
    /// <exception cref="CniException">The plugin failed, or the network has none (code 7). When <see cref="CniException.CleanupFailure"/>
    /// is set, the DEL failed too and must be repeated.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing remains.</exception>
    public async Task<CniResult> AllocateAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Add);
        cancellationToken.ThrowIfCancellationRequested();
        using var held = await EnterAsync(CniOperation.Add, network, attachment, cancellationToken).ConfigureAwait(false);
        var request = Delegation(CniOperation.Add, network, attachment, previousResult: null);
        CniResult? result = null;
        await CleaningUpAsync(network, RunIpamAsync, DeleteAsync).ConfigureAwait(false);
        return result!;

        Task DeleteAsync() => DeleteIpamAsync(network, attachment, previousResult: null, CancellationToken.None);

        async Task RunIpamAsync()
        {
            var output = await RunAsync(request, Deadline(CniOperation.Add), cancellationToken).ConfigureAwait(false);
            result = PluginAnswer.ReadResult(request, output, network.CniVersion);
        }
    }

    /// <summary>DEL of the network's IPAM plugin alone (SPEC §4). May be repeated, also when nothing was ever allocated.</summary>
    /// <inheritdoc cref="CheckAsync" path="/param"/>
    /// <exception cref="CniException">The plugin failed; DEL must be repeated.</exception>
    public async Task ReleaseAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Delete);
        using var held = await EnterAsync(CniOperation.Delete, network, attachment, cancellationToken).ConfigureAwait(false);
        await DeleteIpamAsync(network, attachment, previousResult, cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteIpamAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        var request = Delegation(CniOperation.Delete, network, attachment, PreviousResultOfDelete(network, previousResult));
        await RunAsync(request, Deadline(CniOperation.Delete), cancellationToken).ConfigureAwait(false);
    }

    private PluginRequest Delegation(CniOperation operation, NetworkConfiguration network, Attachment attachment, CniResult? previousResult)
    {
        var delegating = network.Plugins.FirstOrDefault(plugin => plugin.IpamType is not null) ?? throw new CniException(
            CniErrorCode.InvalidNetworkConfiguration, "none of its plugins has an ipam section with a type")
            .During(operation, network.Name);
        var stdin = RequestConfiguration.Derive(network, delegating, previousResult, attachment);
        return Request(operation, delegating.IpamType!, network.Name, stdin, attachment);
    }
}
