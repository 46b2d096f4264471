namespace CniInvoker;

// What all operations share: what is checked before a plugin runs, how one is asked, and who may ask now.
public sealed partial class CniRuntime
{
    // The version that VERSION itself is asked in, and the words of a plugin that is older than the question.
    private static readonly byte[] VersionQuestion = "{\"cniVersion\":\"1.1.0\"}"u8.ToArray();
    private const string TooOldForVersion = "unknown CNI_COMMAND: VERSION";

    private readonly VersionCache _versions = new();

    /// <summary>Waits for the container's turn, as long as the operation itself may take.</summary>
    private Task<IDisposable?> EnterAsync(
        CniOperation operation, NetworkConfiguration network, Attachment attachment, TimeSpan limit, CancellationToken cancellationToken) =>
        EnterAsync(held => held.EnterAsync(network.Name, attachment.ContainerId, limit, cancellationToken), operation, network);

    private Task<IDisposable?> EnterAloneAsync(NetworkConfiguration network, CancellationToken cancellationToken) =>
        EnterAsync(held => held.EnterAloneAsync(network.Name, deadlines.GarbageCollection, cancellationToken), CniOperation.GarbageCollection, network);

    private async Task<IDisposable?> EnterAsync(Func<OperationLocks, Task<IDisposable>> enter, CniOperation operation, NetworkConfiguration network)
    {
        try
        {
            return locks is null ? null : await enter(locks).ConfigureAwait(false);
        }
        catch (CniException blocked)
        {
            throw blocked.During(operation, network.Name);
        }
    }

    private async Task<PluginOutput> RunAsync(PluginRequest request, VerbDeadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var left = deadline.Left;
        if (left <= TimeSpan.Zero)
            throw PluginAnswer.NoTimeLeft(request, deadline.Total);

        var output = await executor.ExecuteAsync(request with { Deadline = left }, cancellationToken).ConfigureAwait(false);
        PluginAnswer.RequireSuccess(request, output, deadline.Total);
        return output;
    }

    private static async Task<CniException?> UndoAsync(NetworkConfiguration network, Func<Task> delete)
    {
        try
        {
            await delete().ConfigureAwait(false);
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

    // All of them before any is asked: what is not there is the simpler news.
    private async Task RequirePluginsAsync(CniOperation operation, NetworkConfiguration network, CancellationToken cancellationToken)
    {
        foreach (var plugin in network.Plugins)
            Find(plugin.Type, operation, network.Name);

        foreach (var plugin in network.Plugins)
            await RequireSupportAsync(operation, network, plugin, cancellationToken).ConfigureAwait(false);
    }

    private async Task RequireSupportAsync(CniOperation operation, NetworkConfiguration network, PluginConfiguration plugin, CancellationToken cancellationToken)
    {
        if (await KnownVersionsAsync(operation, network.Name, plugin.Type, cancellationToken).ConfigureAwait(false) is { } versions
            && Unsupported(network, plugin.Type, versions) is { } problem)
        {
            throw new CniException(CniErrorCode.IncompatibleVersion, problem).During(operation, network.Name);
        }
    }

    // A plugin that does not answer VERSION may serve ADD all the same: it is asked, and what it says then counts.
    private async Task<PluginVersions?> KnownVersionsAsync(CniOperation operation, string networkName, string pluginType, CancellationToken cancellationToken)
    {
        try
        {
            return await VersionAsync(pluginType, cancellationToken).ConfigureAwait(false);
        }
        catch (CniException unstarted) when (unstarted.InnerException is StartException { IsOfFile: true })
        {
            throw unstarted.During(operation, networkName); // Nor will it start for ADD, or for the DEL after it.
        }
        catch (CniException)
        {
            return null;
        }
    }

    private static string? Unsupported(NetworkConfiguration network, string pluginType, PluginVersions versions) => versions.Supported.Contains(network.CniVersion, StringComparer.Ordinal)
        ? null
        : $"{network.Source} has cniVersion {network.CniVersion}, but its plugin \"{pluginType}\" supports {string.Join(", ", versions.Supported)} only; "
          + "lower cniVersion in the file, or install a newer plugin";

    private static CniResult? InVersionOf(NetworkConfiguration network, CniResult? result) => result?.ConvertTo(network.CniVersion);

    private static void Require(NetworkConfiguration network, Attachment attachment, CniOperation operation)
    {
        RequireVersion(network, operation);
        var problem = operation != CniOperation.Delete && attachment.NetworkNamespace.Length == 0
            ? "the network namespace is empty, which only DEL allows"
            : Identifier.TripleProblem(network.Name, attachment.ContainerId, attachment.InterfaceName);
        if (problem is not null)
            throw new CniException(CniErrorCode.InvalidEnvironment, problem).During(operation, network.Name);
    }

    // Before anything runs: a plugin that has acted but whose result cannot be read would leave something behind.
    private static void RequireVersion(NetworkConfiguration network, CniOperation operation)
    {
        if (UnknownVersion(network) is { } problem)
            throw new CniException(CniErrorCode.IncompatibleVersion, problem).During(operation, network.Name);
    }

    private static string? UnknownVersion(NetworkConfiguration network) => SpecVersion.IsKnown(network.CniVersion)
        ? null
        : $"{network.Source} has cniVersion \"{network.CniVersion}\", {SpecVersion.Advice(network.CniVersion)}";
}
