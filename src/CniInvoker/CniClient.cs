namespace CniInvoker;

/// <summary>
/// Attaches containers to the CNI networks of this host: networks by name, from a configuration directory; attachments in a store, which
/// keeps what CHECK and DEL need. Among all processes, one operation runs per container at a time, and none on a network during its GC. For
/// programs that keep their own records there is <see cref="CniRuntime"/>. Safe for concurrent use.
/// </summary>
public sealed partial class CniClient
{
    private readonly CniClientOptions _options;
    private readonly ConfigurationDirectory _configurations;
    private readonly IAttachmentStore _store;
    private readonly OperationLocks _locks;
    private readonly CniRuntime _runtime;

    /// <summary>Makes a client; reads and writes nothing before the first call.</summary>
    /// <param name="options">Directories and behaviour; everything has a default.</param>
    public CniClient(CniClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _configurations = new ConfigurationDirectory(options.ConfigurationDirectory);
        _store = options.Store ?? new FileAttachmentStore(options.StateDirectory);
        _locks = new OperationLocks(options.LockFile ?? Path.Combine(options.StateDirectory, "lock"), options.TimeProvider);
        var executor = options.Executor ?? new PluginProcess(options.TimeProvider);
        var plugins = new PluginPath(options.PluginDirectories);
        _runtime = new CniRuntime(
            executor, plugins, options.Deadlines, options.TimeProvider, locks: null, options.DeletePolicy, options.VersionDirectory);
    }

    /// <summary>Reads the configuration directory as it is now; a directory that does not exist counts as empty.</summary>
    public ConfigurationDirectoryContents Networks() => _configurations.Load();

    /// <summary>The stored attachments, and the records that cannot be read.</summary>
    /// <inheritdoc cref="IAttachmentStore.List"/>
    public AttachmentListing Attachments() => _store.List();

    /// <summary>
    /// ADD (SPEC §2 "ADD"). Writes a record before the first plugin runs, and the result after each of them. A failed ADD is cleaned up by
    /// DEL; the record stays only if that DEL fails too. What remains of an interrupted ADD is cleaned up first.
    /// </summary>
    /// <param name="networkName">The network to attach to.</param>
    /// <param name="attachment">The container's side; its namespace must exist, and not be that of this process.</param>
    /// <param name="cancellationToken">Terminates the running plugin; the plugins that ran are cleaned up.</param>
    /// <returns>The last plugin's result, in the network's version.</returns>
    /// <exception cref="CniException">A plugin failed. Code 1: a plugin does not support the network's version. Code 4: the interface is
    /// already attached to that network, or another runtime manages the container. Code 5: the record cannot be written. Code 6: the
    /// existing record cannot be read. Code 7: there is no such network. Code 8: the path is not a container's network namespace. Code 11:
    /// another operation for this container takes too long. When <see cref="CniException.CleanupFailure"/> is set, the clean-up failed
    /// too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing remains.</exception>
    public async Task<CniResult> AddAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Add, networkName, attachment);
        using var held = await EnterAsync(CniOperation.Add, id, cancellationToken).ConfigureAwait(false);
        var network = Configured(CniOperation.Add, networkName);
        if (NetworkNamespaceFile.Problem(attachment.NetworkNamespace) is { } problem)
        {
            var msg = $"network namespace \"{attachment.NetworkNamespace}\" {problem}";
            throw new CniException(CniErrorCode.InvalidNetworkNamespace, msg).During(CniOperation.Add, networkName);
        }

        await RequireNewAsync(id, cancellationToken).ConfigureAwait(false);
        return await AddAsync(network, attachment, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// CHECK (SPEC §2 "CHECK") with the stored configuration, attachment and result, whatever the configuration directory holds now.
    /// </summary>
    /// <param name="networkName">The network.</param>
    /// <param name="attachment"> Identifies the attachment; arguments and namespace come from the record. Without a record all of it
    /// counts, and an empty namespace always does. </param>
    /// <param name="cancellationToken">Terminates the running plugin.</param>
    /// <exception cref="CniException">The attachment is not as it should be. Code 1: the network's version has no CHECK. Code 3: there is
    /// no record of a successful ADD. Code 4: another runtime manages the container. Code 6: the record cannot be read. Code 11: another
    /// operation for this container takes too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task CheckAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Check, networkName, attachment);
        using var held = await EnterAsync(CniOperation.Check, id, cancellationToken).ConfigureAwait(false);
        var stored = FindStored(CniOperation.Check, id);
        if (stored is not { IsComplete: true })
        {
            var msg = stored is null
                ? $"there is no record of {id}: it was never added, or it is already deleted"
                : $"the ADD of {id} was interrupted; delete it";
            throw new CniException(CniErrorCode.UnknownContainer, msg).During(CniOperation.Check, networkName);
        }

        var network = NetworkOf(CniOperation.Check, networkName, stored);
        await _runtime.CheckAsync(network, AsStored(stored, attachment), stored.Result, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// DEL (SPEC §2 "DEL") with the stored configuration, attachment and result; then removes the record. Without a record the plugins run
    /// with the network as it is configured now and without a result. May be repeated.
    /// </summary>
    /// <inheritdoc cref="CheckAsync" path="/param"/>
    /// <exception cref="CniException">A plugin failed; the record stays, and DEL must be repeated. Code 4: another runtime manages the
    /// container. Code 7: there is no record and no such network. Code 11: another operation for this container takes too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the record stays.</exception>
    public async Task DeleteAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Delete, networkName, attachment);
        using var held = await EnterAsync(CniOperation.Delete, id, cancellationToken).ConfigureAwait(false);
        await DeleteAsync(id, FindReadable(id), attachment, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Abandons an attachment whose DEL can never succeed: runs DEL of the IPAM plugin alone, so that at least the addresses are free, and
    /// removes the record. What the other plugins made remains.
    /// </summary>
    /// <inheritdoc cref="CheckAsync" path="/param"/>
    /// <returns>Why the IPAM plugin did not release the addresses; null when it did, or the network has none.</returns>
    /// <exception cref="CniException">Code 3: there is no record. Code 4: another runtime manages the container. Code 6: the record cannot
    /// be read. Code 7: the network is neither in the record nor configured. Code 11: another operation for this container takes too
    /// long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the record stays.</exception>
    public async Task<CniException?> ForgetAsync(string networkName, Attachment attachment, CancellationToken cancellationToken)
    {
        var id = Identify(CniOperation.Delete, networkName, attachment);
        using var held = await EnterAsync(CniOperation.Delete, id, cancellationToken).ConfigureAwait(false);
        var stored = FindStored(CniOperation.Delete, id)
            ?? throw new CniException(CniErrorCode.UnknownContainer, $"there is no record of {id}")
                .During(CniOperation.Delete, networkName);
        var network = NetworkOf(CniOperation.Delete, networkName, stored);
        var reachable = WithoutForeignNamespace(AsStored(stored, attachment));
        var failure = await TryReleaseAsync(network, reachable, stored.Result, cancellationToken).ConfigureAwait(false);
        RemoveRecord(id);
        return failure;
    }

    /// <summary>STATUS (SPEC §2 "STATUS"): whether the plugins can serve ADD now. Does nothing before version 1.1.0.</summary>
    /// <exception cref="CniException">A plugin cannot serve ADD now (codes 50 and 51), or failed. Code 7: there is no such
    /// network.</exception>
    public Task StatusAsync(string networkName, CancellationToken cancellationToken) =>
        _runtime.StatusAsync(Configured(CniOperation.Status, networkName), cancellationToken);

    /// <summary>Whether the network can run: every plugin is installed and supports its version. Runs VERSION only.</summary>
    /// <exception cref="CniException">Code 7: there is no such network, or its configuration is not valid.</exception>
    public Task<NetworkValidation> ValidateAsync(string networkName, CancellationToken cancellationToken) =>
        _runtime.ValidateAsync(Configured(CniOperation.Version, networkName), cancellationToken);

    /// <summary>
    /// GC (SPEC §2 "GC"): runs DEL for stored attachments of the network that are not in the list, then, from version 1.1.0, GC of every
    /// plugin with the attachments that remain. Runs alone: no other operation on this network under the same lock file. Does nothing where
    /// the network disables GC.
    /// </summary>
    /// <param name="networkName">The network.</param>
    /// <param name="valid">The attachments that stay, including those of other runtimes on the same network: plugins may remove all
    /// others.</param>
    /// <param name="force">Allows an empty list, with which everything on the network is removed.</param>
    /// <param name="cancellationToken">Terminates the running plugin.</param>
    /// <returns>The attachments that were deleted.</returns>
    /// <exception cref="CniException">Code 4: the list is empty and <paramref name="force"/> is not set. Otherwise plugins failed, the
    /// second and later in <see cref="CniException.OtherFailures"/>; attachments whose DEL failed keep their record and stay
    /// valid.</exception>
    public async Task<IReadOnlyList<AttachmentId>> CollectGarbageAsync(
        string networkName, IReadOnlyCollection<AttachmentId> valid, bool force, CancellationToken cancellationToken)
    {
        var network = Configured(CniOperation.GarbageCollection, networkName);
        CniRuntime.RequireGarbageCollection(network, valid, force);
        if (network.DisableGc)
            return [];

        using var held = await EnterAloneAsync(networkName, cancellationToken).ConfigureAwait(false);
        var staying = valid.Concat(_options.ForeignAttachments(networkName)).ToHashSet();
        var (deleted, failures) = await DeleteStaleAsync(networkName, staying, cancellationToken).ConfigureAwait(false);
        try
        {
            await _runtime.CollectGarbageAsync(network, staying, force: true, cancellationToken).ConfigureAwait(false);
        }
        catch (CniException failure)
        {
            failures.AddRange(failure.Flatten());
        }

        CniException.ThrowAny(failures);
        return deleted;
    }
}
