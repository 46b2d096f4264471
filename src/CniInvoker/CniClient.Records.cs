namespace CniInvoker;

// What is remembered, and who may act on it now.
public sealed partial class CniClient
{
    private async Task<CniResult> AddAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        var stored = new StoredAttachment { NetworkName = network.Name, Network = network, Attachment = attachment, Result = null, IsComplete = false };
        Remember(stored);
        var ran = 0;
        try
        {
            return await _runtime.AddAsync(
                network,
                attachment,
                previousResult: null,
                result => Remember(stored with { Result = result, IsComplete = ++ran == network.Plugins.Count }),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not CniException { CleanupFailure: not null })
        {
            Forget(stored.Id);
            throw;
        }
    }

    private async Task DeleteAsync(AttachmentId id, StoredAttachment? stored, Attachment given, CancellationToken cancellationToken)
    {
        var network = NetworkOf(CniOperation.Delete, id.NetworkName, stored);
        var attachment = Reachable(Repeated(stored, given));
        try
        {
            await _runtime.DeleteAsync(network, attachment, InVersionOf(network, stored?.Result), cancellationToken).ConfigureAwait(false);
        }
        catch (CniException failure) when (!failure.TimedOut && stored is { IsComplete: false, Result: null } && Corrected(network) is { } corrected)
        {
            await _runtime.DeleteAsync(corrected, attachment, previousResult: null, cancellationToken).ConfigureAwait(false);
        }

        Drop(id);
    }

    // A plugin that refuses its own configuration refuses DEL with it as well, and for ever. Where none has ever answered, the file of today may do instead.
    private NetworkConfiguration? Corrected(NetworkConfiguration network) =>
        _configurations.Load().Find(network.Name) is { } today && !today.ToUtf8Json().Span.SequenceEqual(network.ToUtf8Json().Span) ? today : null;

    private async Task<(List<AttachmentId> Deleted, List<CniException> Failures)> DeleteStaleAsync(
        string networkName, HashSet<AttachmentId> staying, CancellationToken cancellationToken)
    {
        var (deleted, failures) = (new List<AttachmentId>(), new List<CniException>());
        var remembered = _store.List().Attachments;
        foreach (var stale in remembered.Where(stored => stored.NetworkName == networkName && !staying.Contains(stored.Id)))
        {
            // The path of a namespace that is gone may name another's by now, with an interface of the same name.
            var isAnothers = remembered.Any(other => other.Id.ContainerId != stale.Id.ContainerId
                && (other.Attachment.NetworkNamespace, other.Id.InterfaceName) == (stale.Attachment.NetworkNamespace, stale.Id.InterfaceName));
            try
            {
                // On other networks the container may be at work.
                using var turn = await BlamedAsync(CniOperation.Delete, networkName, () => _locks.EnterContainerAsync(stale.Id.ContainerId, _options.Deadlines.Delete, cancellationToken)).ConfigureAwait(false);
                await DeleteAsync(stale.Id, stale, isAnothers ? stale.Attachment.WithoutNetworkNamespace() : stale.Attachment, cancellationToken).ConfigureAwait(false);
                deleted.Add(stale.Id);
            }
            catch (CniException failure)
            {
                failures.Add(failure);
                staying.Add(stale.Id); // GC is no substitute for its DEL, which is still to come.
            }
        }

        return (deleted, failures);
    }

    private async Task RequireNewAsync(AttachmentId id, CancellationToken cancellationToken)
    {
        switch (Remembered(CniOperation.Add, id))
        {
            case { IsComplete: true }:
                throw new CniException(CniErrorCode.InvalidEnvironment, $"{id} is attached already; delete it first").During(CniOperation.Add, id.NetworkName);
            case { } interrupted:
                await DeleteAsync(id, interrupted, interrupted.Attachment, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private StoredAttachment? Remembered(CniOperation operation, AttachmentId id)
    {
        try
        {
            return _store.Find(id);
        }
        catch (CniException unreadable)
        {
            throw unreadable.During(operation, id.NetworkName);
        }
    }

    // DEL does what it can without what is lost; then the store sets the record aside.
    private StoredAttachment? ReadableOrNull(AttachmentId id)
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

    private void Remember(StoredAttachment stored)
    {
        try
        {
            _store.Write(stored);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var msg = $"{stored.Id} cannot be remembered: {ErrorText.Of(failure)}";
            throw new CniException(CniErrorCode.InputOutput, msg, details: null, failure).During(CniOperation.Add, stored.NetworkName);
        }
    }

    private void Forget(AttachmentId id)
    {
        try
        {
            _store.Remove(id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Why ADD failed is the news. The record says that ADD was not finished, so the next ADD or DEL clears it away.
        }
    }

    // All but which one it is must be as ADD had it (SPEC §2 "DEL", §3 "Checking an attachment"). But who says that the namespace is gone knows better: another
    // container's may be at its path by now.
    private static Attachment Repeated(StoredAttachment? stored, Attachment given) => stored switch
    {
        not { Network: not null } => given,
        _ when given.NetworkNamespace.Length == 0 => stored.Attachment.WithoutNetworkNamespace(),
        _ => stored.Attachment,
    };

    // Another runtime's record of a list is without the plugins that have files of their own: they are where they were at ADD, or gone.
    private NetworkConfiguration NetworkOf(CniOperation operation, string networkName, StoredAttachment? stored)
    {
        if (stored?.Network is not { LacksPluginsBeside: true } remembered)
            return stored?.Network ?? Configured(operation, networkName);

        try
        {
            var whole = remembered.With(_configurations.PluginsBeside(networkName));
            return whole.Plugins.Count > 0 ? whole : throw new CniException(
                CniErrorCode.InvalidNetworkConfiguration,
                $"its record names no plugin itself, and there is none in {Path.Combine(_options.ConfigurationDirectory, networkName)}; bring these files back").During(operation, networkName);
        }
        catch (CniConfigurationException broken)
        {
            throw new CniException(CniErrorCode.InvalidNetworkConfiguration, broken.Message, details: null, broken).During(operation, networkName);
        }
    }

    private static CniResult? InVersionOf(NetworkConfiguration network, CniResult? result)
    {
        try
        {
            return result?.ConvertTo(network.CniVersion);
        }
        catch (CniException)
        {
            return null; // Of another runtime, for another version: DEL has to do without.
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
        var msg = $"network \"{networkName}\" is not configured in {_options.ConfigurationDirectory}{_configurations.WhatIsNotRead()}{unusable}";
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

    private async Task<IDisposable> EnterAsync(CniOperation operation, AttachmentId id, TimeSpan limit, CancellationToken cancellationToken)
    {
        var turn = await BlamedAsync(operation, id.NetworkName, () => _locks.EnterAsync(id.NetworkName, id.ContainerId, limit, cancellationToken)).ConfigureAwait(false);
        try
        {
            return _options.ForeignAttachments(id.NetworkName).All(other => other.ContainerId != id.ContainerId)
                ? turn
                : throw new CniException(CniErrorCode.InvalidEnvironment, $"container {id.ContainerId} is looked after by somebody else").During(operation, id.NetworkName);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private Task<IDisposable> EnterAloneAsync(string networkName, CancellationToken cancellationToken) => BlamedAsync(
        CniOperation.GarbageCollection, networkName, () => _locks.EnterAloneAsync(networkName, _options.Deadlines.GarbageCollection, cancellationToken));

    private static async Task<IDisposable> BlamedAsync(CniOperation operation, string networkName, Func<Task<IDisposable>> enter)
    {
        try
        {
            return await enter().ConfigureAwait(false);
        }
        catch (CniException blocked)
        {
            throw blocked.During(operation, networkName);
        }
    }
}
