namespace CniInvoker;

// Shared by all operations: the checks before a plugin runs, the request to a plugin, and the locks.
public sealed partial class CniRuntime
{
    // stdin of VERSION, and the error text of a plugin older than VERSION (cni pkg/invoke/exec.go GetVersionInfo).
    private static readonly byte[] VersionRequest = "{\"cniVersion\":\"1.1.0\"}"u8.ToArray();
    private const string TooOldForVersion = "unknown CNI_COMMAND: VERSION";

    private readonly VersionMemory _versions = new(versionDirectory);

    // Waits at most as long as the operation itself may take.
    private Task<IDisposable?> EnterAsync(
        CniOperation operation, NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken) =>
        EnterAsync(operation, network, open => open.EnterAsync(
            network.Name, attachment.ContainerId, deadlines.Of(operation), cancellationToken));

    private OperationDeadline Deadline(CniOperation operation) => new(timeProvider, deadlines.Of(operation));

    private Task<IDisposable?> EnterAsync(
        CniOperation operation, NetworkConfiguration network, Func<OperationLocks, Task<IDisposable>> enter) =>
        CniException.DuringAsync(operation, network.Name, async () => locks is null ? null : await enter(locks).ConfigureAwait(false));

    private async Task<PluginOutput> RunAsync(PluginRequest request, OperationDeadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var left = deadline.Left;
        if (left <= TimeSpan.Zero)
            throw PluginAnswer.NoTimeLeft(request, deadline.Total);

        var output = await executor.ExecuteAsync(request with { Deadline = left }, cancellationToken).ConfigureAwait(false);
        PluginAnswer.RequireSuccess(request, output, deadline.Total);
        return output;
    }

    // Runs DEL after any failure of ADD. The failure of ADD is thrown; a failure of DEL is attached to it.
    private static async Task CleaningUpAsync(NetworkConfiguration network, Func<Task> add, Func<Task> delete)
    {
        try
        {
            await add().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            try
            {
                await delete().ConfigureAwait(false);
            }
            catch (Exception cleanupFailure)
            {
                throw AsCniException(CniOperation.Add, network, failure)
                    .WithCleanupFailure(AsCniException(CniOperation.Delete, network, cleanupFailure));
            }

            throw;
        }
    }

    private static CniException AsCniException(CniOperation operation, NetworkConfiguration network, Exception failure) =>
        failure as CniException ?? new CniException(
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

    private string Find(string pluginType, CniOperation operation, string networkName) =>
        CniException.During(operation, networkName, () => pluginPath.Find(pluginType));

    // Finds all plugins before it runs VERSION of any: a missing plugin is the clearer error.
    private async Task RequirePluginsAsync(CniOperation operation, NetworkConfiguration network, CancellationToken cancellationToken)
    {
        foreach (var plugin in network.Plugins)
            Find(plugin.Type, operation, network.Name);

        foreach (var plugin in network.Plugins)
            await RequireSupportAsync(operation, network, plugin, cancellationToken).ConfigureAwait(false);
    }

    private async Task RequireSupportAsync(
        CniOperation operation, NetworkConfiguration network, PluginConfiguration plugin, CancellationToken cancellationToken)
    {
        PluginVersions versions;
        try
        {
            versions = await VersionAsync(plugin.Type, mayBeOfOthers: true, cancellationToken).ConfigureAwait(false);
            // What stands behind a wrapper script may have changed while the script has not.
            if (Unsupported(network, plugin.Type, versions) is not null)
                versions = await VersionAsync(plugin.Type, mayBeOfOthers: false, cancellationToken).ConfigureAwait(false);
        }
        catch (CniException unstarted) when (unstarted.InnerException is StartException { IsPermanent: true })
        {
            throw unstarted.During(operation, network.Name); // Neither ADD nor the DEL after it would start.
        }
        catch (CniException)
        {
            return; // A plugin that fails VERSION may still serve the operation itself.
        }

        if (Unsupported(network, plugin.Type, versions) is { } problem)
            throw new CniException(CniErrorCode.IncompatibleVersion, problem).During(operation, network.Name);
    }

    private static string? Unsupported(NetworkConfiguration network, string pluginType, PluginVersions versions) =>
        versions.Supported.Contains(network.CniVersion, StringComparer.Ordinal)
            ? null
            : $"{network.Source} has cniVersion {network.CniVersion}, but its plugin \"{pluginType}\" supports "
                + $"{string.Join(", ", versions.Supported)} only; lower cniVersion in the file, or install a newer plugin";

    // DEL gets a previous result from 0.4.0 on (SPEC §2 "DEL").
    private static CniResult? PreviousResultOfDelete(NetworkConfiguration network, CniResult? result) =>
        SpecVersion.Parse(network.CniVersion) >= SpecVersion.WithCheck ? result?.ConvertTo(network.CniVersion) : null;

    private static void Require(NetworkConfiguration network, Attachment attachment, CniOperation operation)
    {
        RequireVersion(network, operation);
        var problem = operation != CniOperation.Delete && attachment.NetworkNamespace.Length == 0
            ? "the network namespace is empty, which only DEL allows"
            : Identifier.TripleProblem(network.Name, attachment.ContainerId, attachment.InterfaceName);
        if (problem is not null)
            throw new CniException(CniErrorCode.InvalidEnvironment, problem).During(operation, network.Name);
    }

    // Before anything runs: if a plugin's result cannot be read, its work would remain.
    private static void RequireVersion(NetworkConfiguration network, CniOperation operation)
    {
        if (UnknownVersion(network) is { } problem)
            throw new CniException(CniErrorCode.IncompatibleVersion, problem).During(operation, network.Name);
    }

    private static string? UnknownVersion(NetworkConfiguration network) => SpecVersion.IsKnown(network.CniVersion)
        ? null
        : $"{network.Source} has cniVersion \"{network.CniVersion}\", {SpecVersion.Advice(network.CniVersion)}";
}
