namespace CniInvoker;

/// <summary>
/// Puts containers on the CNI networks of this host, and remembers what DEL has to undo: networks by name, from a configuration directory;
/// attachments in a store. Operations for one container run one at a time, and none on a network while its garbage is collected, also among processes. For programs that
/// keep their own records there is <see cref="CniRuntime"/>. Safe for concurrent use.
/// </summary>
public sealed partial class CniClient
{
    private readonly CniClientOptions _options;
    private readonly ConfigurationDirectory _configurations;
    private readonly IAttachmentStore _store;
    private readonly OperationLocks _locks;
    private readonly CniRuntime _runtime;

    /// <summary>Makes a client; nothing is read or written before the first call.</summary>
    /// <param name="options">Where things are; everything has a default.</param>
    public CniClient(CniClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _configurations = new ConfigurationDirectory(options.ConfigurationDirectory);
        _store = options.Store ?? new FileAttachmentStore(options.StateDirectory);
        _locks = new OperationLocks(options.LockFile ?? Path.Combine(options.StateDirectory, "lock"), options.TimeProvider);
        var executor = options.Executor ?? new PluginProcess(options.TimeProvider);
        _runtime = new CniRuntime(executor, new PluginPath(options.PluginDirectories), options.Deadlines, options.TimeProvider, locks: null, options.DeletePolicy);
    }

    /// <summary>Reads the configuration directory as it is now; a directory that does not exist is an empty one.</summary>
    public ConfigurationDirectoryContents Networks() => _configurations.Load();

    /// <summary>The attachments that are remembered, and the records that cannot be read.</summary>
    /// <inheritdoc cref="IAttachmentStore.List"/>
    public AttachmentListing Attachments() => _store.List();

    /// <summary>
    /// ADD (SPEC §2 "ADD"). The intent is remembered before the first plugin runs, the result after each of them. When it fails everything is undone, and
    /// only if that fails too the attachment stays remembered, for a DEL later. What an interrupted ADD has left is undone first.
    /// </summary>
    /// <param name="networkName">The network to attach to.</param>
    /// <param name="attachment">The container's side; its namespace must exist, and not be that of this process.</param>
    /// <param name="cancellationToken">Ends the running plugin; what has run is undone.</param>
    /// <returns>The last plugin's result, in the network's version.</returns>
    /// <exception cref="CniException">A plugin failed. Code 1: a plugin does not speak the network's version. Code 4: the interface is attached
    /// to that network already, or the container is somebody else's. Code 5: the attachment cannot be remembered. Code 6: what is remembered of it
    /// cannot be read. Code 7: there is no such network. Code 8: the namespace is none. Code 11: another operation for this container takes too
    /// long. When <see cref="CniException.CleanupFailure"/> is set the undoing failed too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing is left behind.</exception>
    public async Task<CniResult> AddAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Add, networkName, attachment);
        using var turn = await EnterAsync(CniOperation.Add, id, _options.Deadlines.Add, cancellationToken).ConfigureAwait(false);
        var network = Configured(CniOperation.Add, networkName);
        if (NetworkNamespaceFile.Problem(attachment.NetworkNamespace) is { } problem)
        {
            var msg = $"network namespace \"{attachment.NetworkNamespace}\" {problem}";
            throw new CniException(CniErrorCode.InvalidNetworkNamespace, msg).During(CniOperation.Add, networkName);
        }

        await RequireNewAsync(id, cancellationToken).ConfigureAwait(false);
        return await AddAsync(network, attachment, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>CHECK (SPEC §2 "CHECK"), with what ADD was given and what it answered, whatever the configuration directory holds by now.</summary>
    /// <param name="networkName">The network.</param>
    /// <param name="attachment">Which attachment; its other words are those remembered.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">The attachment is not as it should be. Code 1: the network's version has no CHECK. Code 3: none is remembered
    /// whose ADD has succeeded. Code 4: the container is somebody else's. Code 6: what is remembered cannot be read. Code 11: another operation for
    /// this container takes too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task CheckAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Check, networkName, attachment);
        using var turn = await EnterAsync(CniOperation.Check, id, _options.Deadlines.Check, cancellationToken).ConfigureAwait(false);
        var stored = Remembered(CniOperation.Check, id);
        if (stored is not { IsComplete: true })
        {
            var msg = stored is null ? $"nothing is remembered of {id}: it was never added, or has been deleted" : $"the ADD of {id} was interrupted; delete it";
            throw new CniException(CniErrorCode.UnknownContainer, msg).During(CniOperation.Check, networkName);
        }

        var network = NetworkOf(CniOperation.Check, networkName, stored);
        await _runtime.CheckAsync(network, Repeated(stored, attachment), stored.Result, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// DEL (SPEC §2 "DEL"), with what ADD was given and what it answered. Nothing remembered: the plugins run with the network as it is configured now and
    /// without a result. Then the attachment is forgotten. May be repeated.
    /// </summary>
    /// <param name="networkName">The network.</param>
    /// <param name="attachment">Which attachment; its other words count only if none is remembered, except that without a namespace DEL runs without one.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">A plugin failed; the attachment stays remembered, and DEL is to be tried again later. Code 4: the container is
    /// somebody else's. Code 7: nothing is remembered, and there is no such network. Code 11: another operation for this container takes too
    /// long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the attachment stays remembered.</exception>
    public async Task DeleteAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Delete, networkName, attachment);
        using var turn = await EnterAsync(CniOperation.Delete, id, _options.Deadlines.Delete, cancellationToken).ConfigureAwait(false);
        await DeleteAsync(id, ReadableOrNull(id), attachment, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>STATUS (SPEC §2 "STATUS"): whether ADD could be served now. Does nothing before version 1.1.0.</summary>
    /// <param name="networkName">The network.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">A plugin cannot serve ADD now (codes 50 and 51), or failed. Code 7: there is no such network.</exception>
    public Task StatusAsync(string networkName, CancellationToken cancellationToken) =>
        _runtime.StatusAsync(Configured(CniOperation.Status, networkName), cancellationToken);

    /// <summary>Whether the network could be run: every plugin is there and speaks its version. Runs VERSION only.</summary>
    /// <param name="networkName">The network.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">Code 7: there is no such network, or its configuration cannot be used.</exception>
    public Task<NetworkValidation> ValidateAsync(string networkName, CancellationToken cancellationToken) =>
        _runtime.ValidateAsync(Configured(CniOperation.Version, networkName), cancellationToken);

    /// <summary>
    /// GC (SPEC §2 "GC"): attachments of the network that are remembered but not named are deleted (DEL), then, from version 1.1.0, every plugin is told
    /// which remain. Runs alone: no other operation on this network under the same lock file. Does nothing where the network disables GC.
    /// </summary>
    /// <param name="networkName">The network.</param>
    /// <param name="valid">The attachments that stay. Those of other runtimes on the same network belong here too: plugins may remove whatever is not named.</param>
    /// <param name="force">Allows an empty list, with which everything on the network goes.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <returns>The attachments that were deleted.</returns>
    /// <exception cref="CniException">Code 4: the list is empty and <paramref name="force"/> is not set. Otherwise plugins failed, the
    /// second and later in <see cref="CniException.OtherFailures"/>; the attachments whose DEL failed stay remembered, and stay.</exception>
    public async Task<IReadOnlyList<AttachmentId>> CollectGarbageAsync(
        string networkName, IReadOnlyCollection<AttachmentId> valid, bool force, CancellationToken cancellationToken)
    {
        var network = Configured(CniOperation.GarbageCollection, networkName);
        CniRuntime.RequireGarbageCollection(network, valid, force);
        if (network.DisableGc)
            return [];

        using var turn = await EnterAloneAsync(networkName, cancellationToken).ConfigureAwait(false);
        var staying = valid.Concat(_options.ForeignAttachments(networkName)).ToHashSet();
        var (deleted, failures) = await DeleteStaleAsync(networkName, staying, cancellationToken).ConfigureAwait(false);
        try
        {
            await _runtime.CollectGarbageAsync(network, staying, force: true, cancellationToken).ConfigureAwait(false);
        }
        catch (CniException failure)
        {
            failures.AddRange(failure.Apart());
        }

        CniException.ThrowAny(failures);
        return deleted;
    }
}
