namespace CniInvoker;

/// <summary>
/// Runs CNI networks: the operations of SPEC §2 over the plugins of one configuration.
/// </summary>
/// <remarks>
/// Keeps no state: the caller stores the result of ADD, and hands it to CHECK and DEL with the same attachment. Does not serialise: no two
/// operations for one container at a time is the caller's to see to. Enters no namespace and changes nothing itself.
/// </remarks>
/// <param name="executor">Runs the plugins.</param>
/// <param name="pluginPath">Where the plugins are.</param>
/// <param name="deadlines">How long operations may take.</param>
/// <param name="timeProvider">Measures that time.</param>
public sealed partial class CniRuntime(IPluginExecutor executor, PluginPath pluginPath, CniDeadlines deadlines, TimeProvider timeProvider)
{
    // The version that VERSION itself is asked in, and the words of a plugin that is older than the question.
    private static readonly byte[] VersionQuestion = "{\"cniVersion\":\"1.1.0\"}"u8.ToArray();
    private const string TooOldForVersion = "unknown CNI_COMMAND: VERSION";

    /// <summary>
    /// ADD: (1) everything that can be known beforehand is checked, including that every plugin is there. (2) The plugins run in order,
    /// each with the result of the one before. (3) If one fails, the caller cancels or time is up, DEL runs over the whole list in reverse,
    /// with the last good result and a deadline of its own, which no cancellation cuts short.
    /// </summary>
    /// <param name="network">The network to attach to; without plugins the previous result is returned.</param>
    /// <param name="attachment">The container's side; its namespace must exist.</param>
    /// <param name="previousResult">The result that the first plugin gets, for a list that is run in parts; null for a whole one.</param>
    /// <param name="afterEach">
    /// Told the result so far after every plugin, before the next one runs: what a DEL needs should this process end now. What it throws fails the ADD.
    /// </param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <returns>The last plugin's result, in the network's version.</returns>
    /// <exception cref="CniException">A plugin failed. When <see cref="CniException.CleanupFailure"/> is set the DEL failed too and must be
    /// run again.</exception>
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
        var result = InVersionOf(network, previousResult);
        foreach (var plugin in network.Plugins)
        {
            Find(plugin.Type, CniOperation.Add, network.Name);
        }

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
            if (await UndoAsync(network, attachment, result).ConfigureAwait(false) is not { } leftBehind) // (3)
            {
                throw;
            }

            throw (failure as CniException ?? Interrupted(CniOperation.Add, network, failure)).WithCleanupFailure(leftBehind);
        }

        return result ?? CniResult.Empty(network.CniVersion);
    }

    /// <inheritdoc cref="AddAsync(NetworkConfiguration, Attachment, CniResult?, Action{CniResult}?, CancellationToken)"/>
    public Task<CniResult> AddAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? previousResult, CancellationToken cancellationToken) =>
        AddAsync(network, attachment, previousResult, afterEach: null, cancellationToken);

    /// <summary>
    /// CHECK of every plugin in order, each with the final result of ADD. The first failure ends it. Does nothing where the network
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

        if (!network.DisableCheck)
        {
            await RunAllAsync(CniOperation.Check, network, network.Plugins, attachment, previousResult, deadlines.Check, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// DEL of every plugin in reverse order, each with the final result of ADD (from 0.4.0). The first failure ends it: an address must not
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
        var result = SpecVersion.Parse(network.CniVersion) >= SpecVersion.WithCheck ? previousResult : null;
        await RunAllAsync(CniOperation.Delete, network, network.Plugins.Reverse(), attachment, result, deadlines.Delete, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>STATUS of every plugin in order. Does nothing before version 1.1.0, which brought it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">A plugin cannot serve ADD now (codes 50 and 51), or failed.</exception>
    public async Task StatusAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        RequireVersion(network, CniOperation.Status);
        if (SpecVersion.Parse(network.CniVersion) >= SpecVersion.WithStatus)
        {
            await RunAllAsync(CniOperation.Status, network, network.Plugins, null, previousResult: null, deadlines.Status, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>VERSION: asks a plugin which versions of the specification it understands.</summary>
    /// <param name="pluginType">The plugin's file name in the plugin directories.</param>
    /// <param name="cancellationToken">Ends the plugin.</param>
    /// <exception cref="CniException">The plugin is not there, failed, or gave no usable answer.</exception>
    public async Task<PluginVersions> VersionAsync(string pluginType, CancellationToken cancellationToken)
    {
        var request = Request(CniOperation.Version, pluginType, networkName: "", VersionQuestion, attachment: null);
        try
        {
            var deadline = new VerbDeadline(timeProvider, deadlines.Version);
            var output = await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
            return PluginAnswer.ReadVersions(request, output);
        }
        catch (CniException refused) when (refused.Msg == TooOldForVersion)
        {
            return new PluginVersions("0.1.0", ["0.1.0"]);
        }
    }

    private async Task RunAllAsync(
        CniOperation operation,
        NetworkConfiguration network,
        IEnumerable<PluginConfiguration> plugins,
        Attachment? attachment,
        CniResult? previousResult,
        TimeSpan time,
        CancellationToken cancellationToken)
    {
        var deadline = new VerbDeadline(timeProvider, time);
        var result = InVersionOf(network, previousResult);
        foreach (var plugin in plugins)
        {
            await RunAsync(Request(operation, network, plugin, attachment, result), deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<PluginOutput> RunAsync(PluginRequest request, VerbDeadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var left = deadline.Left;
        if (left <= TimeSpan.Zero)
        {
            throw PluginAnswer.NoTimeLeft(request, deadline.Total);
        }

        var output = await executor.ExecuteAsync(request with { Deadline = left }, cancellationToken).ConfigureAwait(false);
        PluginAnswer.RequireSuccess(request, output, deadline.Total);
        return output;
    }

    private async Task<CniException?> UndoAsync(NetworkConfiguration network, Attachment attachment, CniResult? result)
    {
        try
        {
            await DeleteAsync(network, attachment, result, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure)
        {
            // The failure that made this necessary is the news; this one goes with it.
            return failure as CniException ?? Interrupted(CniOperation.Delete, network, failure);
        }
    }

    private static CniException Interrupted(CniOperation operation, NetworkConfiguration network, Exception failure) =>
        new CniException(
            CniErrorCode.None, failure is OperationCanceledException ? "it was cancelled" : failure.Message, details: null, failure)
            .During(operation, network.Name);

    private PluginRequest Request(
        CniOperation operation, NetworkConfiguration network, PluginConfiguration plugin, Attachment? attachment, CniResult? result) =>
        Request(operation, plugin.Type, network.Name, RequestConfiguration.Derive(network, plugin, result, attachment), attachment);

    private PluginRequest Request(
        CniOperation operation, string pluginType, string networkName, ReadOnlyMemory<byte> stdin, Attachment? attachment) => new()
    {
        Path = Find(pluginType, operation, networkName),
        PluginType = pluginType,
        Operation = operation,
        NetworkName = networkName,
        ContainerId = attachment?.ContainerId ?? "",
        Stdin = stdin,
        Environment = PluginEnvironment.For(operation, pluginPath, attachment),
        Deadline = TimeSpan.Zero,
        TerminationGrace = deadlines.TerminationGrace,
    };

    private string Find(string pluginType, CniOperation operation, string networkName)
    {
        try
        {
            return pluginPath.Find(pluginType);
        }
        catch (CniException missing)
        {
            throw missing.During(operation, networkName);
        }
    }

    private static CniResult? InVersionOf(NetworkConfiguration network, CniResult? result) => result?.ConvertTo(network.CniVersion);

    private static void Require(NetworkConfiguration network, Attachment attachment, CniOperation operation)
    {
        RequireVersion(network, operation);
        var problem = operation != CniOperation.Delete && attachment.NetworkNamespace.Length == 0
            ? "the network namespace is empty, which only DEL allows"
            : Identifier.TripleProblem(network.Name, attachment.ContainerId, attachment.InterfaceName);
        if (problem is not null)
        {
            throw new CniException(CniErrorCode.InvalidEnvironment, problem).During(operation, network.Name);
        }
    }

    // Before anything runs: a plugin that has acted but whose result cannot be read would leave something behind.
    private static void RequireVersion(NetworkConfiguration network, CniOperation operation)
    {
        if (!SpecVersion.IsKnown(network.CniVersion))
        {
            var known = string.Join(", ", SpecVersion.Known);
            throw new CniException(
                CniErrorCode.IncompatibleVersion,
                $"{network.Source} has cniVersion \"{network.CniVersion}\", which is not known; use one of {known}")
                .During(operation, network.Name);
        }
    }
}
