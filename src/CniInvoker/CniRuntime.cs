namespace CniInvoker;

/// <summary>
/// Runs CNI networks: the operations of SPEC §2 over the plugins of one configuration.
/// </summary>
/// <remarks>
/// Stores no attachment: the caller stores the result of ADD, and passes it to CHECK and DEL with the same attachment;
/// <see cref="CniClient"/> does that. Enters no namespace and changes nothing itself. Safe for concurrent use.
/// </remarks>
/// <param name="executor">Runs the plugins.</param>
/// <param name="pluginPath">The plugin directories.</param>
/// <param name="deadlines">The deadlines of operations.</param>
/// <param name="timeProvider">The clock for deadlines.</param>
/// <param name="locks">Runs operations for one container one at a time, and GC alone (SPEC §3); null when the caller does.</param>
/// <param name="deletePolicy">The behaviour of DEL where the specification leaves a choice.</param>
/// <param name="versionDirectory">See <see cref="CniClientOptions.VersionDirectory"/>.</param>
public sealed partial class CniRuntime(
    IPluginExecutor executor,
    PluginPath pluginPath,
    CniDeadlines deadlines,
    TimeProvider timeProvider,
    OperationLocks? locks = null,
    DeletePolicy? deletePolicy = null,
    string? versionDirectory = null)
{
    private readonly DeletePolicy _deletePolicy = deletePolicy ?? new DeletePolicy();

    /// <summary>
    /// ADD (SPEC §2 "ADD"): (1) checks all that can be checked before a plugin runs, including that every plugin is installed and supports
    /// the network's version. (2) Runs the plugins in order, each with the result of the one before. (3) After a failure, a cancellation or
    /// the deadline, runs DEL over the whole list in reverse, with the last good result and a deadline of its own; no cancellation
    /// interrupts it.
    /// </summary>
    /// <param name="network">The network to attach to; without plugins the previous result is returned.</param>
    /// <param name="attachment">The container's side; its namespace must exist.</param>
    /// <param name="previousResult">The first plugin's prevResult, for a list that runs in parts; null for a whole list.</param>
    /// <param name="afterEach"> Called with the result after every plugin, before the next one runs: a DEL needs it if this process ends
    /// now. Its exceptions fail the ADD. </param>
    /// <param name="cancellationToken">Terminates the running plugin.</param>
    /// <returns>The last plugin's result, in the network's version.</returns>
    /// <exception cref="CniException">A plugin failed, or cannot run (code 1: it does not support the network's version; nothing has run).
    /// When <see cref="CniException.CleanupFailure"/> is set, the DEL failed too and must be repeated.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing remains.</exception>
    public async Task<CniResult> AddAsync(
        NetworkConfiguration network,
        Attachment attachment,
        CniResult? previousResult,
        Action<CniResult>? afterEach,
        CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Add); // (1)
        cancellationToken.ThrowIfCancellationRequested();
        using var held = await EnterAsync(CniOperation.Add, network, attachment, cancellationToken).ConfigureAwait(false);
        var result = previousResult?.ConvertTo(network.CniVersion);
        await RequirePluginsAsync(CniOperation.Add, network, cancellationToken).ConfigureAwait(false);
        await CleaningUpAsync(network, RunAllAsync, () => DeleteAllAsync(network, attachment, result, CancellationToken.None)) // (3)
            .ConfigureAwait(false);
        return result ?? CniResult.Empty(network.CniVersion);

        async Task RunAllAsync()
        {
            var deadline = Deadline(CniOperation.Add);
            foreach (var plugin in network.Plugins) // (2)
            {
                var request = Request(CniOperation.Add, network, plugin, attachment, result);
                var output = await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
                result = PluginAnswer.ReadResult(request, output, network.CniVersion);
                afterEach?.Invoke(result);
            }
        }
    }

    /// <inheritdoc cref="AddAsync(NetworkConfiguration, Attachment, CniResult?, Action{CniResult}?, CancellationToken)"/>
    public Task<CniResult> AddAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken) =>
        AddAsync(network, attachment, previousResult, afterEach: null, cancellationToken);

    /// <summary>
    /// CHECK (SPEC §2 "CHECK") of every plugin in order, each with the final result of ADD. Stops at the first failure. Does nothing where
    /// the network disables CHECK.
    /// </summary>
    /// <param name="network">The network, as it was at ADD.</param>
    /// <param name="attachment">The container's side, as it was at ADD; for DEL its namespace may be gone.</param>
    /// <param name="previousResult">The final result of ADD, or null when there was none or it is lost.</param>
    /// <param name="cancellationToken">Terminates the running plugin.</param>
    /// <exception cref="CniException">The attachment is not as it should be, or the network's version has no CHECK (code 1).</exception>
    public async Task CheckAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Check);
        if (network.LacksCheck is { } problem)
            throw new CniException(CniErrorCode.IncompatibleVersion, problem).During(CniOperation.Check, network.Name);

        if (network.DisableCheck)
            return;

        using var held = await EnterAsync(CniOperation.Check, network, attachment, cancellationToken).ConfigureAwait(false);
        var deadline = Deadline(CniOperation.Check);
        var result = previousResult?.ConvertTo(network.CniVersion);
        foreach (var plugin in network.Plugins)
        {
            var request = Request(CniOperation.Check, network, plugin, attachment, result);
            await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// DEL (SPEC §2 "DEL") of every plugin in reverse order, each with the final result of ADD (from 0.4.0). Stops at the first failure: an
    /// address must not be released while a later plugin's rules still use it. May be repeated, also for an attachment that was made in
    /// part or never.
    /// </summary>
    /// <inheritdoc cref="CheckAsync" path="/param"/>
    /// <exception cref="CniException">A plugin failed; DEL must be repeated.</exception>
    public async Task DeleteAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        Require(network, attachment, CniOperation.Delete);
        using var held = await EnterAsync(CniOperation.Delete, network, attachment, cancellationToken).ConfigureAwait(false);
        await DeleteAllAsync(network, attachment, previousResult, cancellationToken).ConfigureAwait(false);
    }

    // DEL without its checks and without its lock; the caller has done and holds both.
    private async Task DeleteAllAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken)
    {
        var deadline = Deadline(CniOperation.Delete);
        var result = PreviousResultOfDelete(network, previousResult);
        foreach (var plugin in network.Plugins.Reverse())
        {
            if (_deletePolicy.SkipMissingPlugins && !pluginPath.Has(plugin.Type))
                continue;

            try
            {
                var request = Request(CniOperation.Delete, network, plugin, attachment, result);
                await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
            }
            catch (CniException unknown) when (unknown.Code == CniErrorCode.UnknownContainer && _deletePolicy.AcceptUnknownContainer)
            {
                // This plugin has nothing to clean up; those before it may have.
            }
        }
    }
}
