namespace CniInvoker;

/// <summary>
/// Runs CNI networks: the operations of SPEC §2 over the plugins of one configuration.
/// </summary>
/// <remarks>
/// Remembers no attachment: the caller stores the result of ADD, and hands it to CHECK and DEL with the same attachment; <see cref="CniClient"/>
/// does that. Enters no namespace and changes nothing itself. Safe for concurrent use.
/// </remarks>
/// <param name="executor">Runs the plugins.</param>
/// <param name="pluginPath">Where the plugins are.</param>
/// <param name="deadlines">How long operations may take.</param>
/// <param name="timeProvider">Measures that time.</param>
/// <param name="locks">Sees to it that operations for one container run one at a time, and GC alone (SPEC §3); null when the caller does.</param>
/// <param name="deletePolicy">What DEL does where the specification leaves a choice.</param>
public sealed partial class CniRuntime(
    IPluginExecutor executor,
    PluginPath pluginPath,
    CniDeadlines deadlines,
    TimeProvider timeProvider,
    OperationLocks? locks = null,
    DeletePolicy? deletePolicy = null)
{
    private readonly DeletePolicy _deletePolicy = deletePolicy ?? new DeletePolicy();

    /// <summary>
    /// ADD (SPEC §2 "ADD"): (1) everything that can be known beforehand is checked, including that every plugin is there and speaks the network's version.
    /// (2) The plugins run in order, each with the result of the one before. (3) If one fails, the caller cancels or time is up, DEL runs over
    /// the whole list in reverse, with the last good result and a deadline of its own, which no cancellation cuts short.
    /// </summary>
    /// <param name="network">The network to attach to; without plugins the previous result is returned.</param>
    /// <param name="attachment">The container's side; its namespace must exist.</param>
    /// <param name="previousResult">The result that the first plugin gets, for a list that is run in parts; null for a whole one.</param>
    /// <param name="afterEach">
    /// Told the result so far after every plugin, before the next one runs: what a DEL needs should this process end now. What it throws fails the ADD.
    /// </param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <returns>The last plugin's result, in the network's version.</returns>
    /// <exception cref="CniException">A plugin failed, or cannot be run (code 1: it does not speak the network's version; nothing has run).
    /// When <see cref="CniException.CleanupFailure"/> is set the DEL failed too and must be run again.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing is left behind.</exception>
    public async Task<CniResult> AddAsync(
        NetworkConfiguration network,
        Attachment attachment,
        CniResult? previousResult,
        Action<CniResult>? afterEach,
        CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Add); // (1)
        cancellationToken.ThrowIfCancellationRequested();
        using var turn = await EnterAsync(CniOperation.Add, network, attachment, deadlines.Add, cancellationToken).ConfigureAwait(false);
        var result = InVersionOf(network, previousResult);
        await RequirePluginsAsync(CniOperation.Add, network, cancellationToken).ConfigureAwait(false);

        var deadline = new VerbDeadline(timeProvider, deadlines.Add);
        try
        {
            foreach (var plugin in network.Plugins) // (2)
            {
                var request = Request(CniOperation.Add, network, plugin, attachment, result);
                var output = await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
                result = PluginAnswer.ReadResult(request, output, network.CniVersion);
                afterEach?.Invoke(result);
            }
        }
        catch (Exception failure)
        {
            // Whatever stopped the chain: what has run must be undone.
            var leftBehind = await UndoAsync(network, () => DeleteAllAsync(network, attachment, result, CancellationToken.None)).ConfigureAwait(false); // (3)
            if (leftBehind is null)
                throw;

            throw (failure as CniException ?? Interrupted(CniOperation.Add, network, failure)).WithCleanupFailure(leftBehind);
        }

        return result ?? CniResult.Empty(network.CniVersion);
    }

    /// <inheritdoc cref="AddAsync(NetworkConfiguration, Attachment, CniResult?, Action{CniResult}?, CancellationToken)"/>
    public Task<CniResult> AddAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken) =>
        AddAsync(network, attachment, previousResult, afterEach: null, cancellationToken);

    /// <summary>
    /// CHECK (SPEC §2 "CHECK") of every plugin in order, each with the final result of ADD. The first failure ends it. Does nothing where the network
    /// disables CHECK.
    /// </summary>
    /// <param name="network">The network, as it was at ADD.</param>
    /// <param name="attachment">The container's side, as it was at ADD.</param>
    /// <param name="previousResult">The final result of ADD, or null when it is lost; plugins may then refuse.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">The attachment is not as it should be, or the network's version has no CHECK (code 1).</exception>
    public async Task CheckAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Check);
        if (SpecVersion.Parse(network.CniVersion) < SpecVersion.WithCheck)
        {
            throw new CniException(CniErrorCode.IncompatibleVersion, $"cniVersion {network.CniVersion} has no CHECK; it came with 0.4.0")
                .During(CniOperation.Check, network.Name);
        }

        if (network.DisableCheck)
            return;

        using var turn = await EnterAsync(CniOperation.Check, network, attachment, deadlines.Check, cancellationToken).ConfigureAwait(false);
        var deadline = new VerbDeadline(timeProvider, deadlines.Check);
        var result = InVersionOf(network, previousResult);
        foreach (var plugin in network.Plugins)
            await RunAsync(Request(CniOperation.Check, network, plugin, attachment, result), deadline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// DEL (SPEC §2 "DEL") of every plugin in reverse order, each with the final result of ADD (from 0.4.0). The first failure ends it: an address must not
    /// be released while a later plugin's rules still use it. May be repeated, also for an attachment that was made in part or never.
    /// </summary>
    /// <param name="network">The network, as it was at ADD.</param>
    /// <param name="attachment">The container's side, as it was at ADD; its namespace may be gone.</param>
    /// <param name="previousResult">The final result of ADD, or null when there was none or it is lost.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">A plugin failed; DEL is to be tried again later.</exception>
    public async Task DeleteAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Delete);
        using var turn = await EnterAsync(CniOperation.Delete, network, attachment, deadlines.Delete, cancellationToken).ConfigureAwait(false);
        await DeleteAllAsync(network, attachment, previousResult, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>DEL without its checks and without its lock, for those who have both.</summary>
    private async Task DeleteAllAsync(NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        var deadline = new VerbDeadline(timeProvider, deadlines.Delete);
        var result = SpecVersion.Parse(network.CniVersion) >= SpecVersion.WithCheck ? InVersionOf(network, previousResult) : null;
        foreach (var plugin in network.Plugins.Reverse())
        {
            if (_deletePolicy.SkipMissingPlugins && !pluginPath.Has(plugin.Type))
                continue;

            try
            {
                await RunAsync(Request(CniOperation.Delete, network, plugin, attachment, result), deadline, cancellationToken).ConfigureAwait(false);
            }
            catch (CniException unknown) when (unknown.Code == CniErrorCode.UnknownContainer && _deletePolicy.AcceptUnknownContainer)
            {
                // "Nothing to clean up", says the plugin: its predecessors may have something.
            }
        }
    }
}
