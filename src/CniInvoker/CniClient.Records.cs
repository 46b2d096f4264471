namespace CniInvoker;

// The records of attachments, and the locks under which they change.
public sealed partial class CniClient
{
    private async Task<CniResult> AddAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        var stored = new StoredAttachment
        {
            NetworkName = network.Name,
            Network = network,
            Attachment = attachment,
            Result = null,
            IsComplete = false,
        };
        WriteRecord(stored);
        var ran = 0;
        try
        {
            return await _runtime.AddAsync(
                network,
                attachment,
                previousResult: null,
                result => WriteRecord(stored with { Result = result, IsComplete = ++ran == network.Plugins.Count }),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not CniException { CleanupFailure: not null })
        {
            // Why ADD failed matters more than a failure here. The record says that ADD is incomplete; the next ADD or DEL removes it.
            _ = Attempt(() => _store.Remove(stored.Id));
            throw;
        }
    }

    private async Task DeleteAsync(AttachmentId id, StoredAttachment? stored, Attachment given, CancellationToken cancellationToken)
    {
        var network = NetworkOf(CniOperation.Delete, id.NetworkName, stored);
        var attachment = WithoutForeignNamespace(AsStored(stored, given));
        try
        {
            await _runtime.DeleteAsync(network, attachment, InVersionOf(network, stored?.Result), cancellationToken).ConfigureAwait(false);
        }
        catch (CniException failure)
            when (!failure.TimedOut && stored is { IsComplete: false, Result: null } && Corrected(network) is { } corrected)
        {
            await _runtime.DeleteAsync(corrected, attachment, previousResult: null, cancellationToken).ConfigureAwait(false);
        }

        RemoveRecord(id);
    }

    // A plugin that refused the configuration at ADD refuses it at DEL too. If no plugin ever succeeded, the corrected file may be used
    // instead.
    private NetworkConfiguration? Corrected(NetworkConfiguration network) =>
        _configurations.Load().Find(network.Name) is { } current && !current.ToUtf8Json().Span.SequenceEqual(network.ToUtf8Json().Span)
            ? current
            : null;

    private async Task<(List<AttachmentId> Deleted, List<CniException> Failures)> DeleteStaleAsync(
        string networkName, HashSet<AttachmentId> staying, CancellationToken cancellationToken)
    {
        var (deleted, failures) = (new List<AttachmentId>(), new List<CniException>());
        var all = _store.List().Attachments;
        foreach (var stale in all.Where(stored => stored.NetworkName == networkName && !staying.Contains(stored.Id)))
        {
            // The path of a removed namespace may name the namespace of another container by now, with an interface of the same name.
            var isReused = all.Any(other => other.Id.ContainerId != stale.Id.ContainerId
                && other.Attachment.NetworkNamespace == stale.Attachment.NetworkNamespace
                && other.Id.InterfaceName == stale.Id.InterfaceName);
            var attachment = isReused ? stale.Attachment.WithoutNetworkNamespace() : stale.Attachment;
            try
            {
                // The GC lock covers this network only; an operation for the container may run on another.
                var enter = () => _locks.EnterContainerAsync(stale.Id.ContainerId, _options.Deadlines.Delete, cancellationToken);
                using var held = await CniException.DuringAsync(CniOperation.Delete, networkName, enter).ConfigureAwait(false);
                await DeleteAsync(stale.Id, stale, attachment, cancellationToken).ConfigureAwait(false);
                deleted.Add(stale.Id);
            }
            catch (CniException failure)
            {
                failures.Add(failure);
                staying.Add(stale.Id); // GC does not replace its DEL, which must be repeated (SPEC §2 "GC").
            }
        }

        return (deleted, failures);
    }

    private async Task<CniException?> TryReleaseAsync(
        NetworkConfiguration network, Attachment attachment, CniResult? result, CancellationToken cancellationToken)
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

    private async Task RequireNewAsync(AttachmentId id, CancellationToken cancellationToken)
    {
        switch (FindStored(CniOperation.Add, id))
        {
            case { IsComplete: true }:
                throw new CniException(CniErrorCode.InvalidEnvironment, $"{id} is already attached; delete it first")
                    .During(CniOperation.Add, id.NetworkName);
            case { } interrupted:
                await DeleteAsync(id, interrupted, interrupted.Attachment, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private StoredAttachment? FindStored(CniOperation operation, AttachmentId id) =>
        CniException.During(operation, id.NetworkName, () => _store.Find(id));

    // Null also for an unreadable record: DEL does what it can without it, and the store moves the record aside.
    private StoredAttachment? FindReadable(AttachmentId id)
    {
        try
        {
            return _store.Find(id);
        }
        catch (CniException)
        {
            return null;
        }
    }

    private void WriteRecord(StoredAttachment stored)
    {
        if (Attempt(() => _store.Write(stored)) is { } failure)
            throw StoreFailure(CniOperation.Add, stored.NetworkName, $"the record of {stored.Id} cannot be written", failure);
    }

    private void RemoveRecord(AttachmentId id)
    {
        if (Attempt(() => _store.Remove(id)) is { } failure)
            throw StoreFailure(CniOperation.Delete, id.NetworkName, $"{id} is deleted, but its record cannot be removed", failure);
    }

    private static Exception? Attempt(Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure;
        }
    }

    private static CniException StoreFailure(CniOperation operation, string networkName, string problem, Exception failure) =>
        new CniException(CniErrorCode.InputOutput, $"{problem}: {ErrorText.Of(failure)}", details: null, failure)
            .During(operation, networkName);

    // CHECK and DEL must get what ADD got (SPEC §2 "DEL", §3 "Checking an attachment"). An empty namespace from the caller overrides the
    // record: the namespace is gone, and its path may name another container's by now.
    private static Attachment AsStored(StoredAttachment? stored, Attachment given) => stored switch
    {
        not { Network: not null } => given,
        _ when given.NetworkNamespace.Length == 0 => stored.Attachment.WithoutNetworkNamespace(),
        _ => stored.Attachment,
    };

    // A plugin fails before it releases anything if the path is something other than a namespace, such as the file below a removed mount.
    private static Attachment WithoutForeignNamespace(Attachment attachment) =>
        NetworkNamespaceFile.IsForeign(attachment.NetworkNamespace) ? attachment.WithoutNetworkNamespace() : attachment;

    // A list that another runtime stored lacks the plugins that have files of their own: they are read from the configuration directory.
    private NetworkConfiguration NetworkOf(CniOperation operation, string networkName, StoredAttachment? stored)
    {
        if (stored?.Network is not { LacksSeparatePlugins: true } network)
            return stored?.Network ?? Configured(operation, networkName);

        try
        {
            var whole = network.With(_configurations.SeparatePlugins(networkName));
            if (whole.Plugins.Count > 0)
                return whole;
        }
        catch (CniConfigurationException invalid)
        {
            throw new CniException(CniErrorCode.InvalidNetworkConfiguration, invalid.Message, details: null, invalid)
                .During(operation, networkName);
        }

        var directory = Path.Combine(_options.ConfigurationDirectory, networkName);
        var msg = $"its record contains no plugin, and {directory} has none; restore the plugin files";
        throw new CniException(CniErrorCode.InvalidNetworkConfiguration, msg).During(operation, networkName);
    }

    private static CniResult? InVersionOf(NetworkConfiguration network, CniResult? result)
    {
        try
        {
            return result?.ConvertTo(network.CniVersion);
        }
        catch (CniException)
        {
            return null; // Another runtime stored it for another version: DEL runs without it.
        }
    }

    private NetworkConfiguration Configured(CniOperation operation, string networkName)
    {
        ArgumentNullException.ThrowIfNull(networkName);
        var contents = _configurations.Load();
        if (contents.Find(networkName) is { } network)
            return network;

        var unusable = string.Concat(contents.Problems.GroupBy(problem => problem.File)
            .Select(file => $"; {file.Key} cannot be used: {string.Join(", ", file.Select(problem => problem.Message))}"));
        var directory = _options.ConfigurationDirectory;
        var msg = $"network \"{networkName}\" is not configured in {directory}{_configurations.IgnoredFiles()}{unusable}";
        throw new CniException(CniErrorCode.InvalidNetworkConfiguration, msg).During(operation, networkName);
    }

    private static AttachmentId Identify(CniOperation operation, string networkName, Attachment attachment)
    {
        ArgumentNullException.ThrowIfNull(networkName);
        ArgumentNullException.ThrowIfNull(attachment);
        if (Identifier.Problem(networkName) is { } problem)
            throw new CniException(CniErrorCode.InvalidNetworkConfiguration, $"network name \"{networkName}\" {problem}");

        return Identifier.TripleProblem(networkName, attachment.ContainerId, attachment.InterfaceName) is { } tooLong
            ? throw new CniException(CniErrorCode.InvalidEnvironment, tooLong).During(operation, networkName)
            : new AttachmentId(networkName, attachment.ContainerId, attachment.InterfaceName);
    }

    private async Task<IDisposable> EnterAsync(CniOperation operation, AttachmentId id, CancellationToken cancellationToken)
    {
        var limit = _options.Deadlines.Of(operation);
        var enter = () => _locks.EnterAsync(id.NetworkName, id.ContainerId, limit, cancellationToken);
        var held = await CniException.DuringAsync(operation, id.NetworkName, enter).ConfigureAwait(false);
        try
        {
            return _options.ForeignAttachments(id.NetworkName).All(other => other.ContainerId != id.ContainerId)
                ? held
                : throw new CniException(CniErrorCode.InvalidEnvironment, $"container {id.ContainerId} is managed by another runtime")
                    .During(operation, id.NetworkName);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private Task<IDisposable> EnterAloneAsync(string networkName, CancellationToken cancellationToken) => CniException.DuringAsync(
        CniOperation.GarbageCollection,
        networkName,
        () => _locks.EnterAloneAsync(networkName, _options.Deadlines.GarbageCollection, cancellationToken));
}
